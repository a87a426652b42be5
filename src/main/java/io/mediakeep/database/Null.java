package io.mediakeep.database;

/** The SQL NULL of a type. */
enum Null {
    BIGINT(java.sql.Types.BIGINT),
    DOUBLE(java.sql.Types.DOUBLE),
    TEXT(java.sql.Types.VARCHAR),
    BINARY(java.sql.Types.VARBINARY);

    private final int type;

    Null(int type) {
        this.type = type;
    }

    /** One of {@link java.sql.Types}: PostgreSQL asks for it. */
    int type() {
        return type;
    }

    /** The value, or this where it is null. */
    Object or(Object value) {
        return value == null ? this : value;
    }
}
