package io.mediakeep.copy;

import io.mediakeep.fetch.HostPatterns;
import java.net.URI;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.Function;

/** Per provider, where media may be fetched from, and with what: what the settings say and what the operator accepted. Thread-safe. */
public final class MediaHosts {
    private final Map<String, HostPatterns> configured;
    private final Function<String, ? extends Collection<String>> accepted;
    private final BiFunction<String, URI, Map<String, String>> credentials;
    private final Map<String, HostPatterns> known = new ConcurrentHashMap<>();

    /**
     * @param accepted    looks the hosts of a provider up, in lower case
     * @param credentials headers for a URL of a provider, none for most
     */
    public MediaHosts(
            Map<String, HostPatterns> configured,
            Function<String, ? extends Collection<String>> accepted,
            BiFunction<String, URI, Map<String, String>> credentials) {
        this.configured = Map.copyOf(configured);
        this.accepted = accepted;
        this.credentials = credentials;
    }

    /** What the first request for a URL carries; another origin that it leads to gets none of it. */
    Map<String, String> headers(String provider, URI url) {
        return credentials.apply(provider, url);
    }

    boolean isOff(String provider) {
        return !configured.containsKey(provider);
    }

    HostPatterns of(String provider) {
        return known.computeIfAbsent(provider, configured::get);
    }

    /** Whether the operator has accepted the host by now, perhaps at another node. */
    boolean isAccepted(String provider, String host) {
        HostPatterns all = configured.get(provider).with(accepted.apply(provider));
        known.put(provider, all);
        return all.matches(host);
    }
}
