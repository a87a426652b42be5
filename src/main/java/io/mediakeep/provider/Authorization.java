package io.mediakeep.provider;

import io.mediakeep.settings.Settings;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The {@code Authorization} header of calls to a provider's API. Thread-safe. */
public final class Authorization {
    private final Settings settings;
    private final Clock clock;
    private final Map<String, BearerJwt> signers = new ConcurrentHashMap<>();

    public Authorization(Settings settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
    }

    /**
     * {@code <scheme> <api-key>}; without an API key a JWT signed with {@code secret-key}, renewed before it expires.
     *
     * @param scheme such as {@code Bearer} or {@code Token}
     */
    public String header(String provider, String scheme) {
        String prefix = "mediakeep." + provider + ".";
        return settings.find(prefix + "api-key")
                .map(key -> scheme + " " + key)
                .orElseGet(() -> scheme + " "
                        + signers.computeIfAbsent(
                                        provider,
                                        p -> new BearerJwt(
                                                settings.text(prefix + "access-key"),
                                                settings.text(prefix + "secret-key"),
                                                clock))
                                .token());
    }
}
