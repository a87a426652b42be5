package io.mediakeep.ledger;

import io.mediakeep.database.Row;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** The hosts that the operator accepted for a provider beside those of the settings. Thread-safe. */
public final class HostLedger {
    private static final int MOST_WOKEN = 10_000;
    private static final int MOST_SHOWN = 100;

    private final Ledger ledger;
    private final DeadLetterLedger deadLetters;

    public HostLedger(Ledger ledger, DeadLetterLedger deadLetters) {
        this.ledger = ledger;
        this.deadLetters = deadLetters;
    }

    /**
     * From now on media of the provider may come from this host too. Media that wait for it, or were given up because of it,
     * go on.
     *
     * @param host in lower case
     * @return how many media go on
     */
    public int accept(String provider, String host) {
        Row row = host(provider, host).with("now", ledger.now());
        ledger.write(h -> ledger.change(h, "host-accept", row.values()));
        // In a transaction of its own: a copy that begins to wait looks for the host once it does, so that one sees the
        // other.
        return wake(provider, host);
    }

    /** Lets what waits for the host go on, or was given up because of it. Returns how many media that are. */
    public int wake(String provider, String host) {
        Row row = host(provider, host).with("now", ledger.now()).with("limit", MOST_WOKEN);
        return ledger.write(h -> {
            int woken = ledger.change(h, "host-wake", row.values());
            List<MediaId> dead = ledger.query(h, "host-dead", row.values())
                    .map((rs, context) -> MediaId.of(rs))
                    .list();
            for (MediaId media : dead) {
                woken += deadLetters.wake(h, media, 0) ? 1 : 0;
            }
            return woken;
        });
    }

    /** At a start: lets what waits for hosts that the settings name by now go on. Returns how many media that are. */
    public int wakeAll(String provider, Predicate<String> named) {
        Row row = Row.of("provider", provider).with("limit", MOST_WOKEN);
        List<String> refused = ledger.read(h -> ledger.query(h, "host-refused", row.values())
                .map((rs, context) -> rs.getString("host"))
                .list());
        return refused.stream()
                .filter(named)
                .mapToInt(host -> wake(provider, host))
                .sum();
    }

    /** In the order of their names. */
    public List<String> accepted(String provider) {
        Row row = Row.of("provider", provider);
        return ledger.read(h -> ledger.query(h, "host-list", row.values())
                .map((rs, context) -> rs.getString("host"))
                .list());
    }

    /** The accepted hosts with their times, and the refused ones with what waits for them. */
    public Map<String, Object> list(String provider) {
        Row row = Row.of("provider", provider).with("limit", MOST_SHOWN);
        return ledger.read(h -> {
            Map<String, Object> hosts = new LinkedHashMap<>();
            hosts.put(
                    "accepted",
                    ledger.query(h, "host-list", row.values())
                            .map((rs, context) -> {
                                Map<String, Object> map = new LinkedHashMap<>();
                                map.put("host", rs.getString("host"));
                                map.put("acceptedAt", Row.time(rs, "accepted_at"));
                                return map;
                            })
                            .list());
            hosts.put(
                    "refused",
                    ledger.query(h, "host-refused", row.values())
                            .map((rs, context) -> {
                                Map<String, Object> map = new LinkedHashMap<>();
                                map.put("host", rs.getString("host"));
                                map.put("waiting", rs.getLong("waiting"));
                                map.put("dead", rs.getLong("dead"));
                                map.put("nearestExpiry", Row.time(rs, "nearest_expiry"));
                                return map;
                            })
                            .list());
            return hosts;
        });
    }

    private static Row host(String provider, String host) {
        return Row.of("provider", provider).with("host", host);
    }
}
