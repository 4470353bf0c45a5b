//! Region templates and business calendars, read with all their problems.
