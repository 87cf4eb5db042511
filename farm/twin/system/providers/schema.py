"""Tables and views of the phone's providers, with the column names of their contracts.

Sources: AOSP packages/providers ContactsProvider, CalendarProvider, TelephonyProvider,
MediaProvider; columns that apps and shells use, the rest is left out.
"""

NAME = "vnd.android.cursor.item/name"
NUMBER = "vnd.android.cursor.item/phone_v2"

SCHEMA = """
CREATE TABLE raw_contacts (
    _id INTEGER PRIMARY KEY AUTOINCREMENT, account_name TEXT, account_type TEXT, data_set TEXT,
    sourceid TEXT, version INTEGER NOT NULL DEFAULT 1, dirty INTEGER NOT NULL DEFAULT 0,
    deleted INTEGER NOT NULL DEFAULT 0, contact_id INTEGER, display_name TEXT,
    aggregation_mode INTEGER NOT NULL DEFAULT 0, starred INTEGER NOT NULL DEFAULT 0,
    sync1 TEXT, sync2 TEXT, sync3 TEXT, sync4 TEXT);
CREATE TABLE data (
    _id INTEGER PRIMARY KEY AUTOINCREMENT, raw_contact_id INTEGER NOT NULL
        REFERENCES raw_contacts(_id) ON DELETE CASCADE, mimetype TEXT NOT NULL,
    is_primary INTEGER NOT NULL DEFAULT 0, is_super_primary INTEGER NOT NULL DEFAULT 0,
    data_version INTEGER NOT NULL DEFAULT 0,
    data1 TEXT, data2 TEXT, data3 TEXT, data4 TEXT, data5 TEXT, data6 TEXT, data7 TEXT, data8 TEXT,
    data9 TEXT, data10 TEXT, data11 TEXT, data12 TEXT, data13 TEXT, data14 TEXT, data15 BLOB);
CREATE TRIGGER named AFTER INSERT ON data WHEN new.mimetype = 'vnd.android.cursor.item/name' BEGIN
    UPDATE raw_contacts SET display_name = new.data1 WHERE _id = new.raw_contact_id; END;
CREATE TRIGGER aggregated AFTER INSERT ON raw_contacts BEGIN
    UPDATE raw_contacts SET contact_id = new._id WHERE _id = new._id; END;
CREATE VIEW view_data AS
    SELECT data.*, raw.contact_id, raw.display_name, raw.account_name, raw.account_type,
        raw.sourceid, raw.starred, 'k' || raw.contact_id AS lookup
    FROM data JOIN raw_contacts AS raw ON raw._id = data.raw_contact_id WHERE raw.deleted = 0;
CREATE VIEW view_phones AS
    SELECT * FROM view_data WHERE mimetype = 'vnd.android.cursor.item/phone_v2';
CREATE VIEW view_emails AS
    SELECT * FROM view_data WHERE mimetype = 'vnd.android.cursor.item/email_v2';
CREATE VIEW view_contacts AS
    SELECT contact_id AS _id, display_name, display_name AS display_name_alt,
        'k' || contact_id AS lookup, _id AS name_raw_contact_id, starred,
        EXISTS (SELECT 1 FROM data WHERE raw_contact_id = raw_contacts._id
            AND mimetype = 'vnd.android.cursor.item/phone_v2') AS has_phone_number
    FROM raw_contacts WHERE deleted = 0 AND display_name IS NOT NULL;
CREATE VIEW view_lookup AS
    SELECT contact_id AS _id, contact_id, display_name, lookup, data1 AS number, data2 AS type
    FROM view_phones;
CREATE TABLE calls (
    _id INTEGER PRIMARY KEY AUTOINCREMENT, number TEXT, name TEXT, date INTEGER, duration INTEGER,
    type INTEGER, new INTEGER);
CREATE TABLE calendars (
    _id INTEGER PRIMARY KEY AUTOINCREMENT, account_name TEXT, account_type TEXT, name TEXT,
    calendar_displayName TEXT, calendar_color INTEGER, calendar_access_level INTEGER,
    ownerAccount TEXT, visible INTEGER NOT NULL DEFAULT 1, sync_events INTEGER NOT NULL DEFAULT 0,
    calendar_timezone TEXT, deleted INTEGER NOT NULL DEFAULT 0);
CREATE TABLE events (
    _id INTEGER PRIMARY KEY AUTOINCREMENT, calendar_id INTEGER NOT NULL
        REFERENCES calendars(_id) ON DELETE CASCADE, _sync_id TEXT, title TEXT, eventLocation TEXT,
    description TEXT, dtstart INTEGER, dtend INTEGER, duration TEXT, allDay INTEGER NOT NULL
        DEFAULT 0, eventTimezone TEXT, rrule TEXT, organizer TEXT, hasAlarm INTEGER NOT NULL
        DEFAULT 0, availability INTEGER NOT NULL DEFAULT 0, deleted INTEGER NOT NULL DEFAULT 0);
CREATE TABLE sms (
    _id INTEGER PRIMARY KEY AUTOINCREMENT, thread_id INTEGER, address TEXT, person INTEGER,
    date INTEGER, date_sent INTEGER DEFAULT 0, protocol INTEGER, read INTEGER DEFAULT 0,
    status INTEGER DEFAULT -1, type INTEGER, reply_path_present INTEGER, subject TEXT, body TEXT,
    service_center TEXT, locked INTEGER DEFAULT 0, error_code INTEGER DEFAULT 0,
    seen INTEGER DEFAULT 0, creator TEXT);
CREATE TABLE files (
    _id INTEGER PRIMARY KEY AUTOINCREMENT, _data TEXT UNIQUE NOT NULL, _display_name TEXT,
    title TEXT, mime_type TEXT, _size INTEGER, date_added INTEGER, date_modified INTEGER,
    datetaken INTEGER, bucket_display_name TEXT, width INTEGER, height INTEGER, latitude REAL,
    longitude REAL, media_type INTEGER NOT NULL);
CREATE VIEW images AS SELECT * FROM files WHERE media_type = 1;
"""
