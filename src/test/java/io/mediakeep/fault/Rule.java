package io.mediakeep.fault;

/** What becomes of each request that goes over a wire. Called by many threads; may block, which is a slow wire. */
@FunctionalInterface
interface Rule {
    Rule NONE = request -> Act.PASS;

    enum Act {
        PASS,
        /** The other side never sees it, the connection breaks. */
        CUT,
        /** The other side does it, and its answer is lost with the connection. */
        LOSE,
        /** HTTP only: answered 503, the other side never sees it. */
        BUSY
    }

    /** @param request its first line for HTTP, its statement for a database */
    Act on(String request);

    /** The other side has done what {@link Act#LOSE} was said to; nobody knows yet. */
    default void lost(String request) {}
}
