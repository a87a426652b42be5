package io.mediakeep.server;

import io.mediakeep.settings.Settings;
import java.time.Duration;

/**
 * What a caller may send, and for how long. Immutable.
 *
 * @param headerTimeout from the connection to the end of the first request's headers, at least 100 ms
 * @param bodyTimeout   from the end of a request's headers to the end of its body, at least 100 ms
 * @param idleTimeout   from the head of an answer to its end, and from there to the end of the next request's headers; at
 *                      least 1 s
 * @param maxLine       characters of the request line
 * @param maxHeaderSize bytes of all headers of a request
 * @param maxHeaders    number of headers of a request
 */
public record ServerLimits(
        Duration headerTimeout,
        Duration bodyTimeout,
        Duration idleTimeout,
        int maxLine,
        int maxHeaderSize,
        int maxHeaders) {
    private static final Duration LEAST = Duration.ofMillis(100);

    /** @throws io.mediakeep.settings.SettingException for a value out of its range */
    public static ServerLimits read(Settings settings) {
        return new ServerLimits(
                settings.duration("mediakeep.http.header-timeout", LEAST),
                settings.duration("mediakeep.http.body-timeout", LEAST),
                settings.duration("mediakeep.http.idle-timeout", Duration.ofSeconds(1)),
                (int) settings.size("mediakeep.http.max-line", 1 << 10, 1 << 16),
                (int) settings.size("mediakeep.http.max-header-size", 1 << 10, 1 << 16),
                settings.number("mediakeep.http.max-headers", 10, 1_000));
    }
}
