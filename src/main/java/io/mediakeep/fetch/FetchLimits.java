package io.mediakeep.fetch;

import java.time.Duration;
import java.util.Objects;

/**
 * What a download may cost.
 *
 * @param connectTimeout        for one address of the host, TLS handshake included
 * @param stallTimeout          longest silence of the origin
 * @param minimumBytesPerSecond smallest rate, measured over {@code rateWindow} of waiting for the origin
 * @param rateWindow            time spent waiting for the origin, not time in which nobody read; at least 1 ms
 * @param deadline              for the whole download, from opening to the last byte
 * @param maxSize               bytes of the largest resource that is fetched
 * @param maxRetryAfter         longest pause that an origin may ask for
 * @param userAgent             some CDNs answer 403 to the names of libraries
 * @param maxConnections        open connections in all
 * @param maxConnectionsPerHost open connections to one host
 */
public record FetchLimits(
        Duration connectTimeout,
        Duration stallTimeout,
        long minimumBytesPerSecond,
        Duration rateWindow,
        Duration deadline,
        long maxSize,
        Duration maxRetryAfter,
        String userAgent,
        int maxConnections,
        int maxConnectionsPerHost) {
    private static final String BROWSER_LIKE = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
            + "Chrome/142.0.0.0 Safari/537.36";

    /** 10 s to connect, 30 s of silence, 16 KiB/s over a minute, 2 h in all, 20 GiB, an hour's pause, 32 connections. */
    public static final FetchLimits DEFAULT = new FetchLimits(
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            16 << 10,
            Duration.ofMinutes(1),
            Duration.ofHours(2),
            20L << 30,
            Duration.ofHours(1),
            BROWSER_LIKE,
            32,
            32);

    /** @throws IllegalArgumentException if a limit is not positive or the user agent is not visible ASCII */
    public FetchLimits {
        positive("connect timeout", connectTimeout.toMillis());
        positive("stall timeout", stallTimeout.toMillis());
        positive("rate window", rateWindow.toMillis());
        positive("deadline", deadline.toMillis());
        positive("max size", maxSize);
        positive("max connections", maxConnections);
        positive("max connections per host", maxConnectionsPerHost);
        if (minimumBytesPerSecond < 0 || maxRetryAfter.isNegative()) {
            throw new IllegalArgumentException("minimum rate and longest Retry-After must not be negative");
        }
        if (!Objects.requireNonNull(userAgent).matches("[\\x20-\\x7e]+")) {
            throw new IllegalArgumentException("the user agent must be visible ASCII");
        }
    }

    private static void positive(String name, long value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " must be positive, but is " + value);
        }
    }
}
