package io.mediakeep;

import io.mediakeep.database.Database;
import io.mediakeep.fetch.HostPatterns;
import io.mediakeep.operate.Prices;
import io.mediakeep.provider.Authorization;
import io.mediakeep.server.ServerLimits;
import io.mediakeep.settings.ProxySettings;
import io.mediakeep.settings.SettingException;
import io.mediakeep.settings.Settings;
import io.mediakeep.settings.SignatureSettings;
import io.mediakeep.storage.ObjectPolicy;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;

/**
 * Reads every setting once before anything is opened, whoever uses it later, be it a route: a wrong one stops the start here
 * and not in the middle of the work. Settings of providers that are off are looked at too. What {@link Settings} was asked for
 * here is what is known; see {@link UnknownSettings}.
 */
final class SettingsCheck {
    private static final Pattern VISIBLE = Pattern.compile("[!-~]+");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,128}");
    private static final Pattern PATH = Pattern.compile("[A-Za-z0-9._~-]+(?:/[A-Za-z0-9._~-]+)*");
    private static final Pattern ANSWER = Pattern.compile("[ -~]{1,100}");
    private static final Duration LEAST = Duration.ofMillis(100);

    /** By the name below the provider; a line that is there may not be blank. */
    private static final Map<String, BiConsumer<Settings, String>> OF_PROVIDERS = new TreeMap<>(Map.ofEntries(
            Map.entry("confirm", (s, name) -> s.word(name, "unsigned", "always", "never")),
            Map.entry("api-url", Settings::httpUrl),
            Map.entry("retention", (s, name) -> s.duration(name, Duration.ofMinutes(1))),
            Map.entry("poll-interval", (s, name) -> s.duration(name, LEAST)),
            Map.entry("poll-lookback", (s, name) -> s.duration(name, Duration.ofMinutes(1))),
            Map.entry("poll-page-size", (s, name) -> s.number(name, 1, 500)),
            Map.entry("poll-full-page", (s, name) -> s.number(name, 1, 500)),
            Map.entry("poll-max-pages", (s, name) -> s.number(name, 1, 100_000)),
            Map.entry("calls", (s, name) -> s.number(name, 1, 100_000)),
            Map.entry("calls-period", (s, name) -> s.number(name, 1, 86_400_000)),
            Map.entry("pager", SettingsCheck::parameter),
            Map.entry("token-pager", SettingsCheck::parameter),
            Map.entry("media-hosts", SettingsCheck::hosts),
            Map.entry("kinds", Mediakeep::kinds),
            Map.entry("reads", (s, name) -> s.number(name, 1, 256))));

    /** The same for those that may be blank. */
    private static final Map<String, BiConsumer<Settings, String>> OPTIONAL_OF_PROVIDERS = new TreeMap<>(Map.ofEntries(
            Map.entry("callback-answer", (s, name) -> s.matching(name, ANSWER, "1 to 100 visible characters")),
            Map.entry("callback-challenge", (s, name) -> s.matching(name, NAME, "the name of a member")),
            Map.entry("callback-token", SettingsCheck::secret),
            Map.entry("callback-secret", SettingsCheck::secrets),
            Map.entry("api-key", SettingsCheck::secret),
            Map.entry("access-key", SettingsCheck::secret),
            Map.entry("secret-key", SettingsCheck::secret),
            Map.entry("account", (s, name) -> s.matching(name, NAME, "a name of A-Z a-z 0-9 . _ -")),
            Map.entry("authorization", Authorization::lines),
            Map.entry("headers", Authorization::lines),
            Map.entry("keyed-media", Settings::flag),
            Map.entry("provider", SettingsCheck::parameter),
            Map.entry("title", Settings::find),
            Map.entry("documentation", Settings::httpUrl),
            Map.entry("checked", Settings::find),
            Map.entry("seen", Settings::find),
            Map.entry("batch", (s, name) -> s.number(name, 1, 500)),
            Map.entry("batch-product", SettingsCheck::paths),
            Map.entry("lists", SettingsCheck::paths),
            Map.entry("api-key-lists", SettingsCheck::paths),
            Map.entry("products", SettingsCheck::paths),
            Map.entry("keep", SettingsCheck::names),
            Map.entry("codes.in", SettingsCheck::names),
            Map.entry("codes.ok", SettingsCheck::names),
            Map.entry("codes.refused", SettingsCheck::names),
            Map.entry("codes.throttled", SettingsCheck::names),
            Map.entry("codes.not-found", SettingsCheck::names)));

    private static final Map<String, BiConsumer<Settings, String>> OF_THE_DEMO = Map.ofEntries(
            Map.entry("product-url", Settings::httpUrl),
            Map.entry("interval", (s, name) -> s.duration(name, LEAST)),
            Map.entry(
                    "seed",
                    (s, name) -> s.matching(name, Pattern.compile("random|-?\\d{1,18}"), "a whole number or random")),
            Map.entry("tasks", (s, name) -> s.number(name, 0, Integer.MAX_VALUE)),
            Map.entry("duration", SettingsCheck::demoDuration),
            Map.entry("tasks-failed", SettingsCheck::percent),
            Map.entry("callbacks-lost", SettingsCheck::percent),
            Map.entry("callbacks-doubled", SettingsCheck::percent),
            Map.entry("callbacks-late", SettingsCheck::percent),
            Map.entry("downloads-failing-once", SettingsCheck::percent),
            Map.entry("downloads-broken-once", SettingsCheck::percent),
            Map.entry("downloads-gone", SettingsCheck::percent),
            Map.entry("origin-port", (s, name) -> s.number(name, 0, 65_535)));

    private SettingsCheck() {}

    /**
     * @param providers their names, also of those that are off
     * @throws SettingException for the first one that is wrong
     */
    static void run(Settings settings, Collection<String> providers) {
        callbacks(settings);
        for (String provider : providers) {
            ofProvider(settings, "mediakeep." + provider + ".");
        }
        fetchAndCopy(settings);
        storage(settings, providers);
        ledger(settings);
        server(settings);
        OF_THE_DEMO.forEach((name, check) -> ifThere(settings, "mediakeep.demo." + name, check));
    }

    private static void callbacks(Settings settings) {
        settings.number("mediakeep.callback.max-size", 1, 1 << 26);
        settings.duration("mediakeep.callback.tolerance", Duration.ofSeconds(1));
        settings.duration("mediakeep.callback.retention", Duration.ofHours(1));
        ifSet(settings, "mediakeep.callback.public-url", Settings::httpUrl);
        settings.duration("mediakeep.poll.overlap", Duration.ofSeconds(1));
        settings.duration("mediakeep.poll.whole-interval", Duration.ofMinutes(1));
        settings.number("mediakeep.poll.reads", 1, 256);
        settings.duration("mediakeep.suspect.pause", Duration.ofMillis(100));
        settings.size("mediakeep.poll.max-answer-size", 1 << 16, 1 << 28);
        for (String endpoint : RouteSettings.ENDPOINTS) {
            settings.text(endpoint);
        }
    }

    private static void ofProvider(Settings settings, String prefix) {
        settings.flag(prefix + "enabled");
        OF_PROVIDERS.forEach((name, check) -> ifThere(settings, prefix + name, check));
        OPTIONAL_OF_PROVIDERS.forEach((name, check) -> ifSet(settings, prefix + name, check));
        SignatureSettings.FORMS.forEach((name, check) -> ifSet(settings, prefix + name, check));
    }

    private static void fetchAndCopy(Settings settings) {
        settings.flag("mediakeep.fetch.allow-private");
        Mediakeep.ports(settings);
        Mediakeep.copySettings(settings, Mediakeep.limits(settings));
        settings.number("mediakeep.copy.per-host", 0, 256);
        settings.number("mediakeep.copy.max-attempts", 1, 1_000);
        settings.duration("mediakeep.copy.lease", Duration.ofSeconds(10));
    }

    private static void storage(Settings settings, Collection<String> accounts) {
        String prefix = "mediakeep.storage.";
        ifSet(settings, prefix + "endpoint", Settings::httpUrl);
        settings.flag(prefix + "embedded");
        settings.text(prefix + "directory");
        StorageBeans.bucket(settings);
        settings.matching(prefix + "region", NAME, "the name of a region");
        ifSet(settings, prefix + "access-key", SettingsCheck::secret);
        ifSet(settings, prefix + "secret-key", SettingsCheck::secret);
        settings.word(prefix + "sign-payload", "auto", "true", "false");
        StorageBeans.lateChecksum(settings, false);
        new ObjectPolicy(settings, accounts, Clock.systemUTC());
        new Prices(settings, accounts);
        settings.flag(prefix + "path-style");
        Mediakeep.keys(settings);
        ProxySettings.read(settings);
    }

    private static void ledger(Settings settings) {
        Database.url(settings);
        settings.find("mediakeep.ledger.user");
        settings.find("mediakeep.ledger.password");
        settings.size("mediakeep.ledger.min-free", 0, 1L << 50);
        ifSet(settings, "mediakeep.ledger.partitions", (s, name) -> s.number(name, 0, 1_024));
        ifSet(settings, "mediakeep.task.retention", (s, name) -> {
            if (!s.text(name).equals("0")) {
                s.duration(name, Duration.ofDays(1));
            }
        });
        ifSet(
                settings,
                "mediakeep.node",
                (s, name) -> s.matching(name, VISIBLE, "a name of visible characters without blanks"));
    }

    private static void server(Settings settings) {
        for (String prefix : List.of("mediakeep.http.", "mediakeep.management.")) {
            settings.text(prefix + "host");
            settings.number(prefix + "port", 0, 65_535);
        }
        settings.number("mediakeep.http.workers", 1, 10_000);
        ServerLimits.read(settings);
        settings.duration("mediakeep.progress.interval", LEAST);
        LogSettings.format(settings);
        LogSettings.levels(settings);
        settings.text("mediakeep.api.token-file");
        settings.text("mediakeep.samples.directory");
        settings.find("mediakeep.api.token")
                .ifPresent(token -> settings.secret(
                        "mediakeep.api.token", token, "at least 16 visible characters", t -> t.matches("[!-~]{16,}")));
        settings.number("camel.main.shutdownTimeout", 1, 3_600);
    }

    private static void ifThere(Settings settings, String name, BiConsumer<Settings, String> check) {
        if (settings.isThere(name)) {
            check.accept(settings, name);
        }
    }

    private static void ifSet(Settings settings, String name, BiConsumer<Settings, String> check) {
        if (settings.find(name).isPresent()) {
            check.accept(settings, name);
        }
    }

    private static void parameter(Settings settings, String name) {
        settings.matching(name, NAME, "a name of A-Z a-z 0-9 . _ -");
    }

    private static void names(Settings settings, String name) {
        settings.list(name, NAME, "names of A-Z a-z 0-9 . _ -");
    }

    private static void paths(Settings settings, String name) {
        settings.list(name, PATH, "paths such as videos/text2video");
    }

    private static void secret(Settings settings, String name) {
        settings.secret(
                name,
                settings.text(name),
                "visible characters without blanks",
                text -> VISIBLE.matcher(text).matches());
    }

    private static void secrets(Settings settings, String name) {
        settings.list(name)
                .forEach(one -> settings.secret(
                        name,
                        one,
                        "visible characters without blanks",
                        text -> VISIBLE.matcher(text).matches()));
    }

    private static void hosts(Settings settings, String name) {
        try {
            HostPatterns.parse(settings.text(name));
        } catch (IllegalArgumentException e) {
            throw new SettingException(name, "a list of host patterns", "is not: " + e.getMessage());
        }
    }

    private static void demoDuration(Settings settings, String name) {
        if (settings.duration(name, Duration.ofMillis(10)).compareTo(Duration.ofHours(1)) > 0) {
            throw Settings.wrong(name, "a duration from 10ms to 1h", settings.text(name));
        }
    }

    private static void percent(Settings settings, String name) {
        settings.number(name, 0, 100);
    }
}
