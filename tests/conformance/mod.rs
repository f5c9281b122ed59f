//! The conformance suite of the store: one set of stories, told to SQLite and to PostgreSQL.
//!
//! Each story gets a database of its own. A method of the port that no story calls fails a test, and so does a
//! PostgreSQL that is not there: what was not tried is not known to work.

mod audit;
mod cells;
mod closes;
mod database;
mod editions;
mod history;
mod leases;
mod mails;
mod opening;
mod periods;
mod rows;
mod statements;
mod submissions;
mod transactions;
mod units;
mod whole;

/// Tells every story to both databases.
macro_rules! on_both_databases {
    ($($file:ident: $($story:ident),+;)+) => {
        mod sqlite {
            $($(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $story() {
                    let database = super::database::Database::sqlite().await;
                    database.tell(super::$file::$story).await;
                }
            )+)+
        }

        mod postgres {
            $($(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $story() {
                    let database = super::database::Database::postgres().await;
                    database.tell(super::$file::$story).await;
                }
            )+)+
        }
    };
}

on_both_databases! {
    units:
        a_setting_is_what_was_set_last,
        a_setting_moves_only_from_the_value_it_has,
        the_regime_applied_last_is_in_force,
        units_come_back_by_unit_and_day,
        a_key_is_found_by_its_public_part;
    periods:
        a_period_is_planned_once,
        periods_are_listed_as_they_close,
        a_period_moves_until_it_is_sealed,
        a_planned_period_is_taken_back_while_nothing_was_done_about_it,
        a_seal_needs_its_period,
        a_held_period_makes_the_next_holder_wait,
        an_extension_counts_until_it_expires;
    submissions:
        a_revision_comes_back_exactly,
        the_number_of_a_revision_is_taken_once,
        heads_are_the_current_revisions_by_unit,
        seven_hundred_revisions_are_read_by_id,
        an_answer_is_remembered_once,
        a_repeat_waits_for_the_first_try;
    closes:
        a_request_is_taken_up_once_by_the_run_of_its_period,
        an_edition_has_one_run,
        a_run_moves_only_from_where_it_is,
        a_run_in_trouble_remembers_why,
        what_an_operator_chose_for_a_run_is_kept,
        a_run_that_was_given_up_leaves_its_edition_to_another,
        an_extension_that_is_over_calls_for_an_edition_once,
        a_reopening_is_approved_once_and_taken_up_once;
    leases:
        a_lease_has_one_holder_until_it_expires,
        a_lease_given_back_is_free_and_its_fence_goes_on,
        nobody_takes_a_lease_over_while_it_is_held,
        the_database_tells_the_time,
        a_job_shows_its_last_run_and_who_is_at_work;
    editions:
        an_edition_is_frozen_once,
        editions_are_listed_as_they_close_without_documents,
        an_edition_is_released_once,
        a_document_is_added_once,
        an_edition_is_issued_once;
    mails:
        a_recipient_gets_one_mail_per_cause,
        mails_are_due_oldest_first,
        a_mail_moves_only_from_the_state_it_is_in,
        the_mails_of_an_edition_are_listed_by_unit_and_recipient;
    audit:
        the_chain_begins_with_zeros,
        entries_follow_each_other_or_are_refused,
        the_last_entry_says_what_was_staged,
        writers_queue_up_at_the_head;
    cells:
        every_column_of_every_table_is_known,
        rows_come_as_texts_in_batches_by_key,
        a_text_that_is_none_still_reads;
    transactions:
        a_dropped_transaction_leaves_no_trace,
        after_a_failure_only_dropping_is_left,
        a_reader_sees_one_snapshot,
        a_reader_cannot_write_and_holds_nothing,
        read_modify_write_of_many_tasks_loses_nothing,
        cancelled_transactions_leave_nothing_behind;
    history:
        the_database_refuses_to_change_history,
        an_analyst_reads_figures_cell_by_cell;
    statements:
        every_statement_is_prepared;
    whole:
        every_table_is_counted,
        objects_are_listed_once_in_their_order,
        the_schema_has_a_version;
    opening:
        a_database_is_opened_again_with_what_it_held,
        two_that_open_at_once_migrate_once;
}
