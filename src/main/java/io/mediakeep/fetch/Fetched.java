package io.mediakeep.fetch;

import io.mediakeep.failure.Failure;
import io.mediakeep.failure.FinalFailure;
import io.mediakeep.failure.RetryableFailure;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.util.Timeout;

/**
 * A download under way. It is complete only when {@link #read} has answered -1: that call compares the lengths. For one thread;
 * {@link #close} may come from another one.
 */
public final class Fetched implements AutoCloseable {
    private static final Pattern MD5 = Pattern.compile("[A-Za-z0-9+/]{22}==");
    /** How long after the last announced byte a further one is looked for; what comes later is found by the next request. */
    private static final Timeout AFTER_END = Timeout.ofMilliseconds(10);

    private final Fetcher.Exchange exchange;
    private final FetchLimits limits;
    private final LongSupplier nanos;
    private final InputStream body;
    private final String host;
    private final long start;
    private final long announced;
    private final String strongEtag;
    private final boolean delimited;

    private long position;
    private long windowBytes;
    private long windowWaited;
    private volatile boolean ended;
    private volatile boolean closed;

    Fetched(
            Fetcher.Exchange exchange,
            FetchLimits limits,
            LongSupplier nanos,
            long start,
            long announced,
            String strongEtag)
            throws IOException {
        this.exchange = exchange;
        this.limits = limits;
        this.nanos = nanos;
        this.body = exchange.response().getEntity().getContent();
        this.host = UrlGuard.safe(exchange.target());
        this.start = start;
        this.announced = announced;
        this.strongEtag = strongEtag;
        this.delimited = exchange.response().containsHeader("Content-Length");
        this.position = start;
    }

    /** @return bytes of the whole resource, or -1 if the origin did not say */
    public long announcedLength() {
        return announced;
    }

    /** @return index in the resource of the first byte that {@link #read} gives: the offset asked for, or 0 */
    public long start() {
        return start;
    }

    /** @return tag to resume with, quotes included */
    public Optional<String> strongEtag() {
        return Optional.ofNullable(strongEtag);
    }

    /** @return host that sent the body, after all redirects */
    public String sourceHost() {
        return host;
    }

    /** @return Base64 of the MD5 of the whole resource that the origin claims, or null; never for a part of it */
    public String contentMd5() {
        String md5 = header("Content-MD5").strip();
        return start == 0 && MD5.matcher(md5).matches() ? md5 : null;
    }

    /**
     * @return bytes read, at least 1; -1 at the end of a body whose length is as announced
     * @throws RetryableFailure {@code resp_truncated}, {@code resp_length}, {@code resp_too_slow}
     * @throws FinalFailure     {@code resp_too_large}
     */
    public int read(byte[] b, int off, int len) {
        if (closed) {
            throw new IllegalStateException("the download is closed");
        }
        if (len < 1) {
            throw new IllegalArgumentException("len must be at least 1, but is " + len);
        }
        if (ended) {
            return -1;
        }
        try {
            return readOrEnd(b, off, len);
        } catch (Failure failure) {
            close();
            throw failure;
        } catch (IOException | IllegalStateException e) {
            boolean slow =
                    e instanceof SocketTimeoutException || exchange.watch().expired();
            close();
            throw slow
                    ? new RetryableFailure("resp_too_slow", host + " sends too slowly", e)
                    : new RetryableFailure("resp_truncated", "the body broke off after byte " + position, e);
        }
    }

    /** Ends the download. What was not read stays unread: the connection is closed, not drained. */
    @Override
    public void close() {
        closed = true;
        exchange.watch().close();
        if (!ended) {
            exchange.request().abort();
        }
    }

    private int readOrEnd(byte[] b, int off, int len) throws IOException {
        long asked = nanos.getAsLong();
        if (asked - exchange.deadline() >= 0) {
            throw new RetryableFailure("resp_too_slow", "the download took longer than " + limits.deadline());
        }
        if (delimited && announced >= 0 && position == announced && moreFollows()) {
            throw new RetryableFailure("resp_length", host + " sent more than the announced " + announced + " bytes");
        }
        exchange.watch().waiting(asked + Math.min(limits.stallTimeout().toNanos(), exchange.deadline() - asked));
        int count = body.read(b, off, len);
        exchange.watch().idle();
        if (count < 0) {
            if (announced >= 0 && position != announced) {
                throw new RetryableFailure("resp_truncated", "expected " + announced + " bytes, but found " + position);
            }
            ended = true;
            exchange.watch().close();
            return -1;
        }
        position += count;
        if (position > limits.maxSize()) {
            throw new FinalFailure("resp_too_large", host + " sent more than " + limits.maxSize() + " bytes");
        }
        checkRate(count, nanos.getAsLong() - asked);
        return count;
    }

    private boolean moreFollows() throws IOException {
        return exchange.connection() != null && exchange.connection().isDataAvailable(AFTER_END);
    }

    private void checkRate(int count, long waited) {
        windowBytes += count;
        windowWaited += waited;
        if (windowWaited >= limits.rateWindow().toNanos()) {
            Duration window = Duration.ofNanos(windowWaited);
            double rate = windowBytes * 1e9 / windowWaited;
            if (rate < limits.minimumBytesPerSecond()) {
                throw new RetryableFailure(
                        "resp_too_slow", host + " sent " + windowBytes + " bytes in " + window.toSeconds() + " s");
            }
            windowBytes = 0;
            windowWaited = 0;
        }
    }

    private String header(String name) {
        ClassicHttpResponse response = exchange.response();
        Header header = response.getFirstHeader(name);
        return header == null || header.getValue() == null ? "" : header.getValue();
    }
}
