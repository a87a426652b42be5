package io.mediakeep.poll;

import io.mediakeep.settings.Settings;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What one provider's reads may take on this node: so many at a time and, where the provider says so, so many calls in a
 * period. Nothing of it is shared with another provider. Reads that only watch leave some of it to those that somebody
 * waits for, and have one place in five in any case. Thread-safe.
 */
final class ReadLane {
    private static final int SHARE = 5;
    /** As long as it takes until somebody looks again, so that no call is lost by pacing. */
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final int permits;
    private final int calls;
    private final long period;
    private final Clock clock;
    /** When the calls of the period began, and how many more are promised to reads that run. */
    private final Deque<Long> begun = new ArrayDeque<>();

    private int promised;
    private int running;
    private int watching;
    private int urgentInARow;
    private boolean more;
    private long restsUntil;
    private double pacedUntil;

    /**
     * @param permits reads at a time
     * @param calls   calls in a period; 0 for any number
     */
    ReadLane(int permits, int calls, Duration period, Clock clock) {
        this.permits = permits;
        this.calls = calls;
        this.period = period.toMillis();
        this.clock = clock;
    }

    /** From {@code mediakeep.<p>.reads}, else {@code mediakeep.poll.reads}; {@code mediakeep.<p>.calls}, {@code .calls-period}. */
    static ReadLane of(Settings settings, String provider, Clock clock) {
        String prefix = "mediakeep." + provider + ".";
        String own = prefix + "reads";
        int permits = settings.number(settings.find(own).isPresent() ? own : "mediakeep.poll.reads", 1, 256);
        boolean limited = settings.find(prefix + "calls").isPresent();
        return new ReadLane(
                permits,
                limited ? settings.number(prefix + "calls", 1, 1_000_000) : 0,
                Duration.ofMillis(limited ? settings.number(prefix + "calls-period", 1, 86_400_000) : 1),
                clock);
    }

    /**
     * How many reads may begin now.
     *
     * @param first for those that watch, before any other
     * @param watch most for those that watch
     */
    record Room(int all, int first, int watch) {
        /** Reads that these places hold where one call takes so many, so that a batch can be filled. */
        Room ofBatches(int size) {
            return new Room(Math.max(all, size), atLeast(first, size), atLeast(watch, size));
        }

        private static int atLeast(int reads, int size) {
            return reads == 0 ? 0 : Math.max(reads, size);
        }
    }

    /** @param each calls that a read of which nothing is known may take */
    synchronized Room room(int each) {
        long now = now();
        int all = permits - running;
        int watch = permits - permits / SHARE - watching;
        if (now < restsUntil) {
            all = 0;
        } else if (calls > 0) {
            int free = free();
            all = Math.min(all, free == 0 ? 0 : Math.max(1, free / each));
            double pause = (double) period / calls;
            double late = now + LOOK.toMillis() + pause - Math.max(pacedUntil, now);
            watch = Math.min(watch, late < pause ? 0 : Math.max(1, (int) (late / pause / each)));
        }
        all = Math.max(0, all);
        watch = Math.max(0, Math.min(all, watch));
        return new Room(all, Math.min(watch, (urgentInARow + all) / SHARE), watch);
    }

    /** What a claim with this room gave; some of it may be none. */
    synchronized void claimed(Room room, int urgent, int watched) {
        boolean watchWaits = room.first() > 0 && watched >= room.first();
        urgentInARow = watched > 0 || room.first() > 0 && !watchWaits ? 0 : urgentInARow + urgent;
        more = urgent + watched >= room.all() || watched >= room.watch();
    }

    synchronized void begin(ReadWork run) {
        running++;
        watching += run.isWatch() ? 1 : 0;
        if (calls > 0) {
            run.promised = Math.min(run.cost(), free());
            promised += run.promised;
            if (run.isWatch()) {
                pacedUntil = Math.max(pacedUntil, now()) + (double) period / calls * run.promised;
            }
        }
    }

    /** Whether the read may call the provider now; if so, the call is counted. */
    synchronized boolean mayCall(ReadWork run) {
        if (now() < restsUntil) {
            return false;
        }
        if (calls == 0) {
            return true;
        }
        if (run.promised > 0) {
            run.promised--;
            promised--;
        } else if (free() == 0) {
            return false;
        }
        begun.addLast(now());
        return true;
    }

    /** How long until another call may be made. */
    synchronized Duration pause() {
        long now = now();
        long rest = restsUntil - now;
        long slot = calls > 0 && free() == 0 && !begun.isEmpty() ? begun.peekFirst() + period - now : 0;
        return Duration.ofMillis(Math.max(1, Math.max(rest, slot)));
    }

    /** The provider asks for a pause: nothing of it is read before. */
    synchronized void rest(Duration pause) {
        restsUntil = Math.max(restsUntil, now() + pause.toMillis());
    }

    /** The read is over. Returns whether more may wait to begin in its place. */
    synchronized boolean end(ReadWork run) {
        if (run.over) {
            return false;
        }
        run.over = true;
        running--;
        watching -= run.isWatch() ? 1 : 0;
        promised -= run.promised;
        run.promised = 0;
        return more;
    }

    private int free() {
        long now = now();
        // A clock that was set back must not lock the calls of the future away.
        while (!begun.isEmpty() && (begun.peekFirst() + period <= now || begun.peekFirst() > now)) {
            begun.removeFirst();
        }
        return Math.max(0, calls - begun.size() - promised);
    }

    private long now() {
        return clock.millis();
    }
}
