package io.mediakeep.copy;

import io.mediakeep.event.MediaHost;
import io.mediakeep.failure.FinalFailure;
import io.mediakeep.failure.RefreshableFailure;
import io.mediakeep.failure.RetryableFailure;
import io.mediakeep.ledger.MediaLedger.Claimed;
import io.mediakeep.ledger.MediaLedger.Lane;
import io.mediakeep.ledger.MediaLedger.Room;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How many copies may begin from each host, so that no host holds up the others, and none is asked in vain. Thread-safe.
 */
final class HostLanes {
    /** What is the host's trouble; the rest is about one media, or our own. */
    private static final Set<String> HOST_TROUBLE =
            Set.of("dns", "connect", "tls", "throttled", "resp_status", "resp_too_slow", "resp_truncated");

    /** A media whose URL dies so soon is tried, however its host does. */
    private static final Duration LAST_CALL = Duration.ofMinutes(2);
    /** Hosts come from outside, so their number has to have a bound. */
    private static final int MANY = 1_000;

    private final Clock clock;
    private final int perHost;
    private final Map<String, HostLane> lanes = new HashMap<>();
    private final Set<String> offered = new HashSet<>();

    /** @param perHost copies at a time from one host while others wait */
    HostLanes(Clock clock, int perHost) {
        this.clock = clock;
        this.perHost = perHost;
    }

    /**
     * What may be claimed of each host. {@link #began} is to be called after it.
     *
     * @param taken media that have a place already
     */
    synchronized Map<String, Room> rooms(List<Lane> waiting, Collection<Claimed> taken) {
        Map<String, Integer> used = new HashMap<>();
        taken.forEach(media -> used.merge(host(media), 1, Integer::sum));
        long lastCall = clock.millis() + LAST_CALL.toMillis();
        Map<String, Room> rooms = new HashMap<>();
        for (Lane wait : waiting) {
            HostLane lane = lanes.get(wait.host());
            int busy = used.getOrDefault(wait.host(), 0);
            if (lane == null || lane.isClear()) {
                boolean urgent = wait.again() != null && wait.again() < lastCall;
                int again = urgent || lane == null ? Integer.MAX_VALUE : lane.retries();
                rooms.put(wait.host(), new Room(Math.max(0, perHost - busy), again, true));
            } else if (busy == 0) {
                boolean probe = lane.takeProbe();
                if (probe) {
                    offered.add(wait.host());
                }
                if (probe || wait.nearest() < lastCall) {
                    rooms.put(wait.host(), new Room(1, 1, false));
                }
            }
        }
        return rooms;
    }

    /** These copies begin; probes that found no media are given back. */
    synchronized void began(List<Claimed> media) {
        for (Claimed one : media) {
            lane(host(one)).began(one.attempts() > 1);
            offered.remove(host(one));
        }
        offered.forEach(host -> lane(host).neither());
        offered.clear();
        if (lanes.size() > MANY) {
            lanes.values().removeIf(HostLane::isForgettable);
        }
    }

    /**
     * A copy ended.
     *
     * @param cause null if it was stored
     * @return whether the host alone is to blame, so that the attempt should not count
     */
    synchronized boolean ended(Claimed media, Throwable cause) {
        HostLane lane = lane(host(media));
        if (cause instanceof RetryableFailure failure && HOST_TROUBLE.contains(failure.reason())) {
            if (failure.reason().equals("throttled") && failure.retryAfter().isPresent()) {
                lane.pause(failure.retryAfter().get());
                return true;
            }
            return lane.failed(media.id(), failure);
        }
        if (cause == null || isAnswer(cause)) {
            lane.succeeded();
        } else {
            lane.neither();
        }
        return false;
    }

    private static boolean isAnswer(Throwable cause) {
        return cause instanceof RefreshableFailure
                || cause instanceof RetryableFailure retry && retry.reason().startsWith("resp_")
                || cause instanceof FinalFailure end && end.reason().startsWith("resp_");
    }

    /** How many breakers are open. */
    synchronized int broken() {
        return (int) lanes.values().stream().filter(HostLane::isBroken).count();
    }

    private HostLane lane(String host) {
        return lanes.computeIfAbsent(host, h -> new HostLane(h, clock));
    }

    private static String host(Claimed media) {
        return MediaHost.of(media.url());
    }
}
