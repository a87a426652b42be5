package io.mediakeep.settings;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Settings of a provider as a test needs them, beside a SQLite ledger in a directory of the test. */
public final class TestProvider {
    private TestProvider() {}

    /** @param confirm when callbacks are confirmed; the map may be changed */
    public static Map<String, String> values(String name, String confirm, Path directory) {
        Map<String, String> values = new HashMap<>();
        values.put("mediakeep.ledger.url", "jdbc:sqlite:" + directory.resolve("ledger.db"));
        values.put("mediakeep.poll.reads", "20");
        String prefix = "mediakeep." + name + ".";
        values.put(prefix + "enabled", "true");
        values.put(prefix + "confirm", confirm);
        values.put(prefix + "api-url", "https://api.example");
        values.put(prefix + "api-key", "0123456789abcdef");
        values.put(prefix + "retention", "7d");
        values.put(prefix + "poll-interval", "60s");
        values.put(prefix + "poll-lookback", "7d");
        values.put(prefix + "media-hosts", "*");
        return values;
    }

    public static Settings settings(Map<String, String> values) {
        return new Settings(name -> Optional.ofNullable(values.get(name)));
    }
}
