package io.mediakeep.database;

import java.sql.SQLException;

/** Tells which database errors go away when the same work is done again. */
public final class Transient {
    private Transient() {}

    /** Serialization failures and deadlocks of PostgreSQL: rolled back in full. */
    static boolean is(Throwable problem) {
        String state = sqlState(problem);
        return "40001".equals(state) || "40P01".equals(state);
    }

    /** Somebody else held SQLite's write lock for longer than the busy timeout; nothing was done. */
    static boolean isBusy(Throwable problem) {
        return problem instanceof org.sqlite.SQLiteException e
                && (e.getResultCode().code & 0xff) == org.sqlite.SQLiteErrorCode.SQLITE_BUSY.code;
    }

    /** The connection or the server is gone, or the disk is full or locked (SQLite). */
    public static boolean isConnection(Throwable problem) {
        String state = sqlState(problem);
        if (state != null && (state.startsWith("08") || state.startsWith("57P") || state.startsWith("53"))) {
            return true;
        }
        for (Throwable cause = problem; cause != null; cause = cause.getCause()) {
            if (cause instanceof org.sqlite.SQLiteException e) {
                return switch (org.sqlite.SQLiteErrorCode.getErrorCode(e.getResultCode().code & 0xff)) {
                    case SQLITE_BUSY, SQLITE_FULL, SQLITE_IOERR, SQLITE_LOCKED, SQLITE_CANTOPEN, SQLITE_READONLY ->
                        true;
                    default -> false;
                };
            }
        }
        return false;
    }

    private static String sqlState(Throwable problem) {
        for (Throwable cause = problem; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException e) {
                return e.getSQLState();
            }
        }
        return null;
    }
}
