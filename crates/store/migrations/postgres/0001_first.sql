-- The first schema, on PostgreSQL. The same tables with the same columns stand in migrations/sqlite.
-- Instants are microseconds since 1970-01-01T00:00:00Z, days are ISO texts. Texts sort by their bytes, as on SQLite,
-- whatever the database's locale.
-- A column may be null only where absence means something.

create table setting (
    name  text collate "C" not null primary key,
    value text collate "C" not null
);

create table regime (
    id           bigint not null generated always as identity primary key,
    name         text collate "C" not null,
    document     text collate "C" not null,
    content_hash text collate "C" not null,
    applied_at   bigint not null
);

create table unit_version (
    unit_id    bigint not null,
    valid_from text collate "C" not null,
    code       text collate "C" not null,
    name       text collate "C" not null,
    tier       text collate "C" not null,
    peer_group text collate "C",    -- null: the province itself
    parent_id  bigint, -- null: the province itself
    dissolved  boolean not null,
    primary key (unit_id, valid_from)
);

create table period (
    form           text collate "C" not null,
    period         text collate "C" not null,
    opens          bigint not null,
    due            bigint not null,
    locks          bigint not null,
    publishes      bigint not null,
    sealed_edition bigint not null check (sealed_edition >= 0),
    primary key (form, period)
);

-- Not bound to a planned period: opening balances are of the month before the first one that is owed.
create table submission (
    id      bigint not null generated always as identity primary key,
    unit_id bigint not null,
    form    text collate "C" not null,
    period  text collate "C" not null,
    unique (unit_id, form, period)
);

create index submission_by_period on submission (form, period, unit_id);

create table revision (
    id            bigint not null generated always as identity primary key,
    submission_id bigint not null references submission (id),
    number        bigint not null check (number > 0),
    figures       text collate "C" not null,
    nil           boolean not null,
    note          text collate "C" not null,
    content_hash  text collate "C" not null,
    received_at   bigint not null,
    client        text collate "C" not null,
    unique (submission_id, number)
);

create table answer (
    client       text collate "C" not null,
    request_id   text collate "C" not null,
    method       text collate "C" not null,
    content_hash text collate "C" not null,
    receipt      text collate "C" not null,
    answered_at  bigint not null,
    primary key (client, request_id)
);

create table extension (
    id         bigint not null generated always as identity primary key,
    unit_id    bigint not null,
    form       text collate "C" not null,
    period     text collate "C" not null,
    reason     text collate "C" not null,
    expires_at bigint not null,
    granted_by text collate "C" not null,
    granted_at bigint not null,
    foreign key (form, period) references period (form, period)
);

create index extension_by_submission on extension (unit_id, form, period);

create table close_run (
    id         bigint not null generated always as identity primary key,
    form       text collate "C" not null,
    period     text collate "C" not null,
    edition    bigint not null check (edition > 0),
    cause      text collate "C" not null,
    step       text collate "C" not null,
    revisions  text collate "C" not null,
    regime_id  bigint not null references regime (id),
    sealed_at  bigint not null,
    tries      bigint not null,
    failures   bigint not null,
    last_error text collate "C" not null,
    next_try_at bigint not null,
    held       boolean not null,
    skip_notify boolean not null, -- an operator chose to close without mail
    abandoned boolean not null,   -- the period was reopened before it was done
    fence      bigint not null, -- of the lease under which it was written last
    foreign key (form, period) references period (form, period)
);

-- One run makes an edition; another may take its number only if it was given up.
create unique index close_run_of_edition on close_run (form, period, edition) where not abandoned;

create table close_request (
    id           bigint not null generated always as identity primary key,
    form         text collate "C" not null,
    period       text collate "C" not null,
    cause        text collate "C" not null,
    requested_at bigint not null,
    extension_id bigint references extension (id), -- null: no extension calls for it
    run_id       bigint references close_run (id), -- null: no run has taken it up
    foreign key (form, period) references period (form, period)
);

create index close_request_open on close_request (form, period) where run_id is null;

create index close_request_by_extension on close_request (extension_id);

-- A whole period is opened again: asked for by one person, approved by another.
create table reopening (
    id           bigint not null generated always as identity primary key,
    form         text collate "C" not null,
    period       text collate "C" not null,
    reason       text collate "C" not null,
    until_at     bigint not null,
    requested_by text collate "C" not null,
    requested_key text collate "C" not null,
    requested_at bigint not null,
    approved_by  text collate "C", -- null: nobody has approved it
    approved_key text collate "C", -- null: as above
    approved_at  bigint, -- null: as above
    run_id       bigint references close_run (id), -- null: no run has taken it up
    foreign key (form, period) references period (form, period)
);

create index reopening_by_period on reopening (form, period);

-- Who works on what, by the clock of the database. A higher fence stands for a later holder.
create table lease (
    name       text collate "C" not null primary key,
    holder     text collate "C" not null,
    fence      bigint not null check (fence > 0),
    expires_at bigint not null
);

-- What each job did last and when it is woken next.
create table job (
    name        text collate "C" not null primary key,
    schedule    text collate "C" not null,
    next_at     bigint not null,
    instance    text collate "C" not null,
    begun_at    bigint, -- null: it has not run yet
    finished_at bigint, -- null: it has not run yet
    done        bigint not null,
    failed      bigint not null,
    last_error  text collate "C" not null
);

create table edition (
    form         text collate "C" not null,
    period       text collate "C" not null,
    number       bigint not null check (number > 0),
    document     text collate "C" not null,
    content_hash text collate "C" not null,
    sealed_at    bigint not null,
    released_at  bigint, -- null: staged, not public yet
    primary key (form, period, number)
);

create table document (
    id         bigint not null generated always as identity primary key,
    form       text collate "C" not null,
    period     text collate "C" not null,
    edition    bigint not null,
    kind       text collate "C" not null,
    unit       text collate "C" not null,
    file_name  text collate "C" not null,
    sha256     text collate "C" not null,
    size_bytes bigint not null,
    made_at    bigint not null,
    unique (form, period, edition, kind, unit),
    foreign key (form, period, edition) references edition (form, period, number)
);

create table issue (
    form            text collate "C" not null,
    period          text collate "C" not null,
    edition         bigint not null,
    number          bigint not null,
    issued_on       text collate "C" not null,
    signatory       text collate "C" not null,
    signatory_lines text collate "C" not null,
    recorded_at     bigint not null,
    primary key (form, period, edition),
    foreign key (form, period, edition) references edition (form, period, number)
);

create table delivery (
    id             text collate "C" not null primary key,
    form           text collate "C" not null,
    period         text collate "C" not null,
    edition        bigint not null,
    unit           text collate "C" not null,
    purpose        text collate "C" not null,
    recipient      text collate "C" not null,
    message_sha256 text collate "C" not null,
    state          text collate "C" not null,
    attempts       bigint not null,
    next_at        bigint not null,
    data_begun     boolean not null,
    doubts         bigint not null,
    last_reply     text collate "C" not null,
    queued_at      bigint not null,
    unique (form, period, edition, unit, recipient, purpose),
    foreign key (form, period, edition) references edition (form, period, number)
);

create index delivery_by_state on delivery (state, next_at);

create table api_key (
    id            text collate "C" not null primary key,
    client        text collate "C" not null,
    role          text collate "C" not null,
    scope         bigint not null,
    secret_sha256 text collate "C" not null,
    expires_at    bigint not null,
    revoked_at    bigint -- null: it is good
);

create table audit (
    seq          bigint not null primary key check (seq > 0),
    prev_hash    text collate "C" not null,
    noted_at     bigint not null,
    actor        text collate "C" not null,
    action       text collate "C" not null,
    object       text collate "C" not null,
    content_hash text collate "C" not null,
    outcome      text collate "C" not null,
    hash         text collate "C" not null
);

-- What instances hold the pages against that they show.
create index audit_of_staging on audit (object) where action = 'stage-files';

-- One row: the end of the audit chain. Whoever appends holds it.
create table audit_head (
    id       bigint not null primary key check (id = 1),
    seq      bigint not null,
    hash     text collate "C" not null,
    noted_at bigint not null
);

insert into audit_head (id, seq, hash, noted_at)
values (1, 0, '0000000000000000000000000000000000000000000000000000000000000000', 0);

-- For analysts: one row per cell of every revision. Columns are numbered from 1 in the order of the form.
create view figure_cell as
select
    s.unit_id,
    s.form,
    s.period,
    r.number as revision,
    not exists (select 1 from revision n where n.submission_id = r.submission_id and n.number > r.number) as is_current,
    line.key as procedure_code,
    cell.place as column_number,
    cell.value::bigint as count
from revision r
join submission s on s.id = r.submission_id
cross join lateral jsonb_each(r.figures::jsonb -> 'rows') as line (key, value)
cross join lateral jsonb_array_elements_text(line.value) with ordinality as cell (value, place);

-- History only grows: what was accepted, frozen, issued or noted is never changed and never removed.

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is history: it only grows', tg_table_name;
end
$$;

create trigger regime_unchanged before update or delete or truncate on regime
execute function refuse_change();

create trigger unit_version_unchanged before update or delete or truncate on unit_version
execute function refuse_change();

create trigger submission_unchanged before update or delete or truncate on submission
execute function refuse_change();

create trigger revision_unchanged before update or delete or truncate on revision
execute function refuse_change();

create trigger extension_unchanged before update or delete or truncate on extension
execute function refuse_change();

create trigger issue_unchanged before update or delete or truncate on issue
execute function refuse_change();

create trigger audit_unchanged before update or delete or truncate on audit
execute function refuse_change();

-- An edition is released once; nothing else of it changes.
create trigger edition_unchanged before update on edition
for each row when (old.released_at is not null
    or (old.form, old.period, old.number, old.document, old.content_hash, old.sealed_at)
    is distinct from (new.form, new.period, new.number, new.document, new.content_hash, new.sealed_at))
execute function refuse_change();
create trigger edition_kept before delete or truncate on edition
execute function refuse_change();

-- A request is taken up once; nothing else of it changes.
create trigger close_request_unchanged before update on close_request
for each row when (old.run_id is not null
    or (old.id, old.form, old.period, old.cause, old.requested_at, old.extension_id)
    is distinct from (new.id, new.form, new.period, new.cause, new.requested_at, new.extension_id))
execute function refuse_change();
create trigger close_request_kept before delete or truncate on close_request
execute function refuse_change();

-- A reopening is approved once and taken up once; nothing else of it changes.
create trigger reopening_unchanged before update on reopening
for each row when (old.run_id is not null
    or (old.id, old.form, old.period, old.reason, old.until_at, old.requested_by, old.requested_key, old.requested_at)
    is distinct from (new.id, new.form, new.period, new.reason, new.until_at, new.requested_by, new.requested_key,
        new.requested_at)
    or (old.approved_at is not null
        and (old.approved_by, old.approved_key, old.approved_at)
        is distinct from (new.approved_by, new.approved_key, new.approved_at)))
execute function refuse_change();
create trigger reopening_kept before delete or truncate on reopening
execute function refuse_change();

-- A run moves from step to step; what it sealed does not change.
create trigger close_run_unchanged before update on close_run
for each row when ((old.id, old.form, old.period, old.edition, old.cause, old.revisions, old.regime_id, old.sealed_at)
    is distinct from (new.id, new.form, new.period, new.edition, new.cause, new.revisions, new.regime_id, new.sealed_at))
execute function refuse_change();
create trigger close_run_kept before delete or truncate on close_run
execute function refuse_change();

-- A delivery ends as sent, failed or held; it never disappears.
create trigger delivery_kept before delete or truncate on delivery
execute function refuse_change();
