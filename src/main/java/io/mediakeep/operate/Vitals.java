package io.mediakeep.operate;

import io.mediakeep.database.LedgerUnavailableException;
import io.mediakeep.database.WriteAheadLog;
import io.mediakeep.ledger.VitalsLedger;
import io.mediakeep.ledger.VitalsLedger.Snapshot;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Looks after the ledger every few seconds: keeps its write-ahead log bounded, and takes the numbers that the gauges show,
 * so that a scrape costs the ledger nothing. Thread-safe.
 */
public final class Vitals {
    /** A look may take a twentieth of the time at most, however much waits. */
    private static final int SHARE = 20;

    private final VitalsLedger ledger;
    private final WriteAheadLog log;
    private final LongSupplier nanos;
    private long nextLook;
    private volatile boolean looked;
    private volatile Snapshot last;

    /** @param nanos a clock that only runs forward, in nanoseconds */
    public Vitals(VitalsLedger ledger, WriteAheadLog log, LongSupplier nanos) {
        this.ledger = ledger;
        this.log = log;
        this.nanos = nanos;
    }

    /** To be called every few seconds. */
    public synchronized void take() {
        log.keepBounded();
        long begin = nanos.getAsLong();
        if (looked && begin - nextLook < 0) {
            return;
        }
        try {
            last = ledger.look();
        } catch (LedgerUnavailableException e) {
            last = null;
        }
        long end = nanos.getAsLong();
        looked = true;
        nextLook = end + SHARE * (end - begin);
    }

    /** Whether the ledger was looked at since the start. */
    boolean looked() {
        return looked;
    }

    /** What was last seen; empty if the ledger did not answer then. */
    public Optional<Snapshot> last() {
        return Optional.ofNullable(last);
    }
}
