-- The first schema, on SQLite. The same tables with the same columns stand in migrations/postgres.
-- Instants are microseconds since 1970-01-01T00:00:00Z, days are ISO texts, flags are 0 or 1.
-- A column may be null only where absence means something.

create table setting (
    name  text not null primary key,
    value text not null
) strict;

create table regime (
    id           integer not null primary key autoincrement,
    name         text not null,
    document     text not null,
    content_hash text not null,
    applied_at   integer not null
) strict;

create table unit_version (
    unit_id    integer not null,
    valid_from text not null,
    code       text not null,
    name       text not null,
    tier       text not null,
    peer_group text,    -- null: the province itself
    parent_id  integer, -- null: the province itself
    dissolved  integer not null check (dissolved in (0, 1)),
    primary key (unit_id, valid_from)
) strict;

create table period (
    form           text not null,
    period         text not null,
    opens          integer not null,
    due            integer not null,
    locks          integer not null,
    publishes      integer not null,
    sealed_edition integer not null check (sealed_edition >= 0),
    primary key (form, period)
) strict;

-- Not bound to a planned period: opening balances are of the month before the first one that is owed.
create table submission (
    id      integer not null primary key autoincrement,
    unit_id integer not null,
    form    text not null,
    period  text not null,
    unique (unit_id, form, period)
) strict;

create index submission_by_period on submission (form, period, unit_id);

create table revision (
    id            integer not null primary key autoincrement,
    submission_id integer not null references submission (id),
    number        integer not null check (number > 0),
    figures       text not null,
    nil           integer not null check (nil in (0, 1)),
    note          text not null,
    content_hash  text not null,
    received_at   integer not null,
    client        text not null,
    unique (submission_id, number)
) strict;

create table answer (
    client       text not null,
    request_id   text not null,
    method       text not null,
    content_hash text not null,
    receipt      text not null,
    answered_at  integer not null,
    primary key (client, request_id)
) strict;

create table extension (
    id         integer not null primary key autoincrement,
    unit_id    integer not null,
    form       text not null,
    period     text not null,
    reason     text not null,
    expires_at integer not null,
    granted_by text not null,
    granted_at integer not null,
    foreign key (form, period) references period (form, period)
) strict;

create index extension_by_submission on extension (unit_id, form, period);

create table close_run (
    id         integer not null primary key autoincrement,
    form       text not null,
    period     text not null,
    edition    integer not null check (edition > 0),
    cause      text not null,
    step       text not null,
    revisions  text not null,
    regime_id  integer not null references regime (id),
    sealed_at  integer not null,
    tries      integer not null,
    failures   integer not null,
    last_error text not null,
    next_try_at integer not null,
    held       integer not null check (held in (0, 1)),
    skip_notify integer not null check (skip_notify in (0, 1)), -- an operator chose to close without mail
    abandoned integer not null check (abandoned in (0, 1)),   -- the period was reopened before it was done
    fence      integer not null, -- of the lease under which it was written last
    foreign key (form, period) references period (form, period)
) strict;

-- One run makes an edition; another may take its number only if it was given up.
create unique index close_run_of_edition on close_run (form, period, edition) where abandoned = 0;

create table close_request (
    id           integer not null primary key autoincrement,
    form         text not null,
    period       text not null,
    cause        text not null,
    requested_at integer not null,
    extension_id integer references extension (id), -- null: no extension calls for it
    run_id       integer references close_run (id), -- null: no run has taken it up
    foreign key (form, period) references period (form, period)
) strict;

create index close_request_open on close_request (form, period) where run_id is null;

create index close_request_by_extension on close_request (extension_id);

-- A whole period is opened again: asked for by one person, approved by another.
create table reopening (
    id           integer not null primary key autoincrement,
    form         text not null,
    period       text not null,
    reason       text not null,
    until_at     integer not null,
    requested_by text not null,
    requested_key text not null,
    requested_at integer not null,
    approved_by  text, -- null: nobody has approved it
    approved_key text, -- null: as above
    approved_at  integer, -- null: as above
    run_id       integer references close_run (id), -- null: no run has taken it up
    foreign key (form, period) references period (form, period)
) strict;

create index reopening_by_period on reopening (form, period);

-- Who works on what, by the clock of the database. A higher fence stands for a later holder.
create table lease (
    name       text not null primary key,
    holder     text not null,
    fence      integer not null check (fence > 0),
    expires_at integer not null
) strict;

-- What each job did last and when it is woken next.
create table job (
    name        text not null primary key,
    schedule    text not null,
    next_at     integer not null,
    instance    text not null,
    begun_at    integer, -- null: it has not run yet
    finished_at integer, -- null: it has not run yet
    done        integer not null,
    failed      integer not null,
    last_error  text not null
) strict;

create table edition (
    form         text not null,
    period       text not null,
    number       integer not null check (number > 0),
    document     text not null,
    content_hash text not null,
    sealed_at    integer not null,
    released_at  integer, -- null: staged, not public yet
    primary key (form, period, number)
) strict;

create table document (
    id         integer not null primary key autoincrement,
    form       text not null,
    period     text not null,
    edition    integer not null,
    kind       text not null,
    unit       text not null,
    file_name  text not null,
    sha256     text not null,
    size_bytes integer not null,
    made_at    integer not null,
    unique (form, period, edition, kind, unit),
    foreign key (form, period, edition) references edition (form, period, number)
) strict;

create table issue (
    form            text not null,
    period          text not null,
    edition         integer not null,
    number          integer not null,
    issued_on       text not null,
    signatory       text not null,
    signatory_lines text not null,
    recorded_at     integer not null,
    primary key (form, period, edition),
    foreign key (form, period, edition) references edition (form, period, number)
) strict;

create table delivery (
    id             text not null primary key,
    form           text not null,
    period         text not null,
    edition        integer not null,
    unit           text not null,
    purpose        text not null,
    recipient      text not null,
    message_sha256 text not null,
    state          text not null,
    attempts       integer not null,
    next_at        integer not null,
    data_begun     integer not null check (data_begun in (0, 1)),
    doubts         integer not null,
    last_reply     text not null,
    queued_at      integer not null,
    unique (form, period, edition, unit, recipient, purpose),
    foreign key (form, period, edition) references edition (form, period, number)
) strict;

create index delivery_by_state on delivery (state, next_at);

create table api_key (
    id            text not null primary key,
    client        text not null,
    role          text not null,
    scope         integer not null,
    secret_sha256 text not null,
    expires_at    integer not null,
    revoked_at    integer -- null: it is good
) strict;

create table audit (
    seq          integer not null primary key check (seq > 0),
    prev_hash    text not null,
    noted_at     integer not null,
    actor        text not null,
    action       text not null,
    object       text not null,
    content_hash text not null,
    outcome      text not null,
    hash         text not null
) strict;

-- What instances hold the pages against that they show.
create index audit_of_staging on audit (object) where action = 'stage-files';

-- One row: the end of the audit chain. Whoever appends holds it.
create table audit_head (
    id       integer not null primary key check (id = 1),
    seq      integer not null,
    hash     text not null,
    noted_at integer not null
) strict;

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
    cell.key + 1 as column_number,
    cell.value as count
from revision r
join submission s on s.id = r.submission_id
join json_each(r.figures, '$.rows') line
join json_each(line.value) cell;

-- History only grows: what was accepted, frozen, issued or noted is never changed and never removed.

create trigger regime_unchanged before update on regime
begin select raise(abort, 'regime is history: it only grows'); end;
create trigger regime_kept before delete on regime
begin select raise(abort, 'regime is history: it only grows'); end;

create trigger unit_version_unchanged before update on unit_version
begin select raise(abort, 'unit_version is history: it only grows'); end;
create trigger unit_version_kept before delete on unit_version
begin select raise(abort, 'unit_version is history: it only grows'); end;

create trigger submission_unchanged before update on submission
begin select raise(abort, 'submission is history: it only grows'); end;
create trigger submission_kept before delete on submission
begin select raise(abort, 'submission is history: it only grows'); end;

create trigger revision_unchanged before update on revision
begin select raise(abort, 'revision is history: it only grows'); end;
create trigger revision_kept before delete on revision
begin select raise(abort, 'revision is history: it only grows'); end;

create trigger extension_unchanged before update on extension
begin select raise(abort, 'extension is history: it only grows'); end;
create trigger extension_kept before delete on extension
begin select raise(abort, 'extension is history: it only grows'); end;

create trigger issue_unchanged before update on issue
begin select raise(abort, 'issue is history: it only grows'); end;
create trigger issue_kept before delete on issue
begin select raise(abort, 'issue is history: it only grows'); end;

create trigger audit_unchanged before update on audit
begin select raise(abort, 'audit is history: it only grows'); end;
create trigger audit_kept before delete on audit
begin select raise(abort, 'audit is history: it only grows'); end;

-- An edition is released once; nothing else of it changes.
create trigger edition_unchanged before update on edition
when old.released_at is not null
    or (old.form, old.period, old.number, old.document, old.content_hash, old.sealed_at)
    is not (new.form, new.period, new.number, new.document, new.content_hash, new.sealed_at)
begin select raise(abort, 'edition is history: it only grows'); end;
create trigger edition_kept before delete on edition
begin select raise(abort, 'edition is history: it only grows'); end;

-- A request is taken up once; nothing else of it changes.
create trigger close_request_unchanged before update on close_request
when old.run_id is not null
    or (old.id, old.form, old.period, old.cause, old.requested_at, old.extension_id)
    is not (new.id, new.form, new.period, new.cause, new.requested_at, new.extension_id)
begin select raise(abort, 'close_request is history: it only grows'); end;
create trigger close_request_kept before delete on close_request
begin select raise(abort, 'close_request is history: it only grows'); end;

-- A reopening is approved once and taken up once; nothing else of it changes.
create trigger reopening_unchanged before update on reopening
when old.run_id is not null
    or (old.id, old.form, old.period, old.reason, old.until_at, old.requested_by, old.requested_key, old.requested_at)
    is not (new.id, new.form, new.period, new.reason, new.until_at, new.requested_by, new.requested_key, new.requested_at)
    or (old.approved_at is not null
        and (old.approved_by, old.approved_key, old.approved_at) is not (new.approved_by, new.approved_key, new.approved_at))
begin select raise(abort, 'reopening is history: it only grows'); end;
create trigger reopening_kept before delete on reopening
begin select raise(abort, 'reopening is history: it only grows'); end;

-- A run moves from step to step; what it sealed does not change.
create trigger close_run_unchanged before update on close_run
when (old.id, old.form, old.period, old.edition, old.cause, old.revisions, old.regime_id, old.sealed_at)
    is not (new.id, new.form, new.period, new.edition, new.cause, new.revisions, new.regime_id, new.sealed_at)
begin select raise(abort, 'close_run is history: it only grows'); end;
create trigger close_run_kept before delete on close_run
begin select raise(abort, 'close_run is history: it only grows'); end;

-- A delivery ends as sent, failed or held; it never disappears.
create trigger delivery_kept before delete on delivery
begin select raise(abort, 'delivery is history: it only grows'); end;
