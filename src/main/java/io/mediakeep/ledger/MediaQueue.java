package io.mediakeep.ledger;

import io.mediakeep.database.Row;
import io.mediakeep.ledger.MediaLedger.Claimed;
import io.mediakeep.ledger.MediaLedger.Lane;
import io.mediakeep.ledger.MediaLedger.Quota;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/**
 * Ready media, in one lane per host. Each statement walks an index and stops after as many rows as it gives, whatever lies
 * in front of them in other lanes or waits for its time. Thread-safe.
 */
final class MediaQueue {
    /** Hosts come from outside, so there may be any number; the next look begins where this one ended. */
    private static final int MOST_LANES = 100;

    private static final int MOST_READY = 200;
    private static final int FIRST = 1;
    private static final int AGAIN = 2;

    private final Ledger ledger;
    private final Duration lease;
    private volatile String from = "";

    MediaQueue(Ledger ledger, Duration lease) {
        this.ledger = ledger;
        this.lease = lease;
    }

    /** One kind of media of a host, and a bound that no expiry of it lies before. */
    private record Head(String host, int ready, long expiry) {}

    /** Part of the expiries: after the one and up to the other. */
    private record Span(long after, long to) {}

    List<Lane> lanes() {
        Row now = Row.of("now", ledger.now());
        boolean late = ledger.read(h -> ledger.query(h, "media-later-any", now.values())
                .map((rs, context) -> true)
                .findFirst()
                .isPresent());
        if (late) {
            Row row = now.copy().with("limit", MOST_READY);
            ledger.write(h -> ledger.change(h, "media-ready", row.values()));
        }
        Row row = now.copy().with("from_host", from).with("limit", MOST_LANES);
        List<Lane> lanes = ledger.read(h -> ledger.query(h, "media-lanes", row.values())
                .map((rs, context) -> new Lane(
                        rs.getString("host"),
                        Row.number(rs, "first_alive"),
                        Row.number(rs, "again_alive"),
                        Row.number(rs, "first_past"),
                        Row.number(rs, "again_past")))
                .list());
        from = lanes.size() == MOST_LANES ? lanes.get(lanes.size() - 1).host() : "";
        return lanes;
    }

    List<Claimed> claim(List<Lane> lanes, Map<String, Quota> rooms, int limit, int borrowed) {
        List<Lane> open =
                lanes.stream().filter(lane -> rooms.containsKey(lane.host())).toList();
        if (open.isEmpty() || limit <= 0) {
            return List.of();
        }
        long now = ledger.now();
        Span alive = new Span(now, Long.MAX_VALUE);
        Span past = new Span(Long.MIN_VALUE, now);
        return ledger.write(h -> {
            Taking taking = new Taking(h, rooms, limit);
            taking.run(heads(open, Lane::first, Lane::again), alive, limit);
            taking.run(heads(open, Lane::firstPast, Lane::againPast), past, limit);
            if (taking.claimed.size() < borrowed) {
                taking.borrow();
                taking.run(heads(open, Lane::first, Lane::again), alive, borrowed);
                taking.run(heads(open, Lane::firstPast, Lane::againPast), past, borrowed);
            }
            return taking.claimed;
        });
    }

    private static List<Head> heads(List<Lane> lanes, Function<Lane, Long> first, Function<Lane, Long> again) {
        List<Head> heads = new ArrayList<>();
        for (Lane lane : lanes) {
            Optional.ofNullable(first.apply(lane)).ifPresent(expiry -> heads.add(new Head(lane.host(), FIRST, expiry)));
            Optional.ofNullable(again.apply(lane)).ifPresent(expiry -> heads.add(new Head(lane.host(), AGAIN, expiry)));
        }
        return heads;
    }

    /** One claim; begun anew if its transaction is. */
    private final class Taking {
        private final Handle handle;
        private final Map<String, Quota> rooms;
        private final Map<String, Integer> places = new HashMap<>();
        private final Map<String, Integer> again = new HashMap<>();
        private final List<Claimed> claimed = new ArrayList<>();

        Taking(Handle handle, Map<String, Quota> rooms, int limit) {
            this.handle = handle;
            this.rooms = rooms;
            rooms.forEach((host, room) -> {
                places.put(host, Math.min(limit, room.places()));
                again.put(host, Math.min(limit, room.again()));
            });
        }

        /** Beyond their places, who may. */
        void borrow() {
            rooms.forEach((host, room) -> {
                if (room.borrows()) {
                    places.put(host, Integer.MAX_VALUE);
                }
            });
        }

        /** Merges the lanes: of the one with the nearest expiry is taken what lies before the next one's. */
        void run(List<Head> heads, Span span, int limit) {
            PriorityQueue<Head> queue = new PriorityQueue<>(Comparator.comparingLong(Head::expiry));
            queue.addAll(heads);
            while (claimed.size() < limit && !queue.isEmpty()) {
                Head head = queue.poll();
                int most = Math.min(limit - claimed.size(), room(head));
                if (most <= 0) {
                    continue;
                }
                Head next = queue.stream()
                        .filter(other -> room(other) > 0)
                        .min(queue.comparator())
                        .orElse(null);
                long to = next == null ? span.to() : next.expiry();
                List<Claimed> taken = take(head, new Span(span.after(), to), most);
                claimed.addAll(taken);
                places.merge(head.host(), -taken.size(), Integer::sum);
                if (head.ready() == AGAIN) {
                    again.merge(head.host(), -taken.size(), Integer::sum);
                }
                if (taken.size() < most && to < span.to()) {
                    nearest(head, new Span(to, span.to()))
                            .ifPresent(expiry -> queue.add(new Head(head.host(), head.ready(), expiry)));
                }
            }
        }

        private int room(Head head) {
            int room = places.get(head.host());
            return head.ready() == AGAIN ? Math.min(room, again.get(head.host())) : room;
        }

        private List<Claimed> take(Head head, Span span, int limit) {
            Row row = row(head, span)
                    .with("lease_until", ledger.in(lease))
                    .with("node", ledger.node())
                    .with("limit", limit);
            List<Claimed> taken = ledger.query(handle, "media-claim", row.values())
                    .map(MediaLedger::read)
                    .list();
            taken.sort(Comparator.comparing(Claimed::expiresAt));
            return taken;
        }

        private Optional<Long> nearest(Head head, Span span) {
            return ledger.query(handle, "media-lane-head", row(head, span).values())
                    .map((rs, context) -> rs.getLong("expires_at"))
                    .findFirst();
        }

        private Row row(Head head, Span span) {
            return Row.of("host", head.host())
                    .with("ready", head.ready())
                    .with("alive_from", span.after())
                    .with("alive_to", span.to());
        }
    }
}
