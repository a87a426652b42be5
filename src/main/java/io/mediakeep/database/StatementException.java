package io.mediakeep.database;

import java.sql.SQLException;

/** The database refused a statement. Names the statement, and no value of it. */
public final class StatementException extends RuntimeException {
    StatementException(String statement, SQLException cause) {
        super("the statement " + statement + " failed: " + cause.getMessage(), cause);
    }
}
