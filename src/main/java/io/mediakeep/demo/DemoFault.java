package io.mediakeep.demo;

/** What goes wrong when a result is downloaded. */
enum DemoFault {
    NONE,
    /** The first request is answered 500. */
    FAILS_ONCE,
    /** The first answer announces the full length and ends after half of it. */
    BREAKS_ONCE,
    /** Every request is answered 404. */
    GONE
}
