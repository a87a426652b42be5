package io.mediakeep.fetch;

import io.mediakeep.failure.Failure;
import io.mediakeep.failure.FinalFailure;
import io.mediakeep.failure.RefreshableFailure;
import io.mediakeep.failure.RetryableFailure;
import io.mediakeep.settings.ProxySettings;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.client5.http.HttpHostConnectException;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.config.TlsConfig;
import org.apache.hc.client5.http.impl.TunnelRefusedException;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.DefaultHttpClientConnectionOperator;
import org.apache.hc.client5.http.io.DetachedSocketFactory;
import org.apache.hc.client5.http.io.ManagedHttpClientConnection;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ConnectionRequestTimeoutException;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.http.config.RegistryBuilder;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.pool.PoolStats;
import org.apache.hc.core5.ssl.SSLContexts;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/**
 * Opens downloads from addresses that came from outside. Every hop passes the guard; nothing is inflated, stored or retried
 * here, and no credential follows a redirect. Thread-safe.
 *
 * <p>Failures: {@link RetryableFailure} {@code dns}, {@code connect}, {@code tls}, {@code throttled}, {@code resp_*}; {@link
 * RefreshableFailure} {@code url_expired}, {@code resp_status}, {@code resp_length}; {@link FinalFailure} {@code url_*},
 * {@code resp_too_large}, {@code resp_type}.
 */
public final class Fetcher implements AutoCloseable {
    private static final int MAX_REDIRECTS = 3;
    private static final TimeValue KEEP_ALIVE = TimeValue.ofSeconds(5);
    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18}|\\*)");
    /** As {@code CONTENT_RANGE}, and as it is written where nobody asked for a range. */
    private static final Pattern PART =
            Pattern.compile("(?i)\\s*(?:bytes)?[\\s=:]*([0-9]{1,18})\\s*-\\s*([0-9]{1,18})\\s*/\\s*([0-9]{1,18})\\s*");

    private static final Pattern NO_SCHEME = Pattern.compile("(?![A-Za-z][A-Za-z0-9+.-]*:)[^/?#:]+:.*");
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    /** What changes the bytes. Other words in its place name none, or the framing of an upload. Source: IANA, HTTP Content Coding. */
    private static final Set<String> CODINGS = Set.of(
            "gzip",
            "x-gzip",
            "deflate",
            "br",
            "zstd",
            "compress",
            "x-compress",
            "dcb",
            "dcz",
            "exi",
            "pack200-gzip",
            "aes128gcm");

    private static final Pattern LENGTH = Pattern.compile("[0-9]{1,18}");
    private static final Pattern STRONG_ETAG = Pattern.compile("\"[\\x21\\x23-\\x7e]{1,256}\"");
    private static final Pattern HEADER_NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");
    private static final Pattern HEADER_VALUE = Pattern.compile("[\\x20-\\x7e]*");
    /** Set here alone: they decide what is asked for and how the answer is delimited. */
    private static final Set<String> OWN_HEADERS = Set.of(
            "host",
            "range",
            "if-range",
            "accept-encoding",
            "connection",
            "content-length",
            "transfer-encoding",
            "te",
            "expect",
            "upgrade",
            "trailer");
    /** The only ones that another host may see; the rest may hold credentials. */
    private static final Set<String> HARMLESS_HEADERS = Set.of("accept", "accept-language", "referer", "user-agent");

    private final FetchLimits limits;
    private final UrlGuard guard;
    private final Clock clock;
    private final LongSupplier nanos;
    private final Watchdog watchdog;
    private final WatchedConnections connections;
    private final LastingPool pool;
    private final CloseableHttpClient client;

    /**
     * @param resolver a {@link GuardedResolver}; the caller closes it
     * @param clock    for a {@code Retry-After} that names a date
     */
    public Fetcher(FetchLimits limits, UrlGuard guard, GuardedResolver resolver, Clock clock) {
        this(limits, guard, resolver, clock, Optional.empty());
    }

    /** @param proxy resolves the names of sources in the resolver's place, and so has to refuse private addresses itself */
    public Fetcher(
            FetchLimits limits, UrlGuard guard, GuardedResolver resolver, Clock clock, Optional<ProxySettings> proxy) {
        this(
                limits,
                guard,
                resolver,
                clock,
                System::nanoTime,
                socks -> socks == null ? new Socket() : new Socket(socks),
                new MediaTls(SSLContexts.createSystemDefault()),
                proxy);
    }

    Fetcher(
            FetchLimits limits,
            UrlGuard guard,
            GuardedResolver resolver,
            Clock clock,
            LongSupplier nanos,
            DetachedSocketFactory sockets,
            TlsSocketStrategy tls) {
        this(limits, guard, resolver, clock, nanos, sockets, tls, Optional.empty());
    }

    private Fetcher(
            FetchLimits limits,
            UrlGuard guard,
            GuardedResolver resolver,
            Clock clock,
            LongSupplier nanos,
            DetachedSocketFactory sockets,
            TlsSocketStrategy tls,
            Optional<ProxySettings> proxy) {
        this.limits = limits;
        this.guard = guard;
        this.clock = clock;
        this.nanos = nanos;
        this.watchdog = new Watchdog(
                nanos, Duration.ofMillis(Math.min(500, limits.stallTimeout().toMillis())));
        this.connections = new WatchedConnections(LastingPool.limits());
        this.pool = new LastingPool(
                new DefaultHttpClientConnectionOperator(
                        sockets,
                        null,
                        proxy.map(to -> HttpProxy.resolver(to, resolver)).orElse(resolver),
                        RegistryBuilder.<TlsSocketStrategy>create()
                                .register("https", tls)
                                .build()),
                null,
                connections);
        pool.setDefaultTlsConfig(TlsConfig.custom()
                .setHandshakeTimeout(timeout(limits.connectTimeout()))
                .build());
        pool.setDefaultConnectionConfig(ConnectionConfig.custom()
                .setConnectTimeout(timeout(limits.connectTimeout()))
                .setSocketTimeout(timeout(limits.stallTimeout()))
                .setValidateAfterInactivity(TimeValue.ZERO_MILLISECONDS)
                .build());
        pool.setMaxTotal(limits.maxConnections());
        pool.setDefaultMaxPerRoute(limits.maxConnectionsPerHost());
        HttpClientBuilder builder = HttpClients.custom()
                .setConnectionManager(pool)
                .setDefaultRequestConfig(RequestConfig.custom()
                        .setAuthenticationEnabled(proxy.isPresent())
                        .setContentCompressionEnabled(false)
                        .setRedirectsEnabled(false)
                        .setExpectContinueEnabled(false)
                        .setProtocolUpgradeEnabled(false)
                        .setConnectionRequestTimeout(timeout(limits.stallTimeout()))
                        .setResponseTimeout(timeout(limits.stallTimeout()))
                        .setDefaultKeepAlive(KEEP_ALIVE.getDuration(), KEEP_ALIVE.getTimeUnit())
                        .build())
                .setKeepAliveStrategy((response, context) -> KEEP_ALIVE)
                .evictIdleConnections(KEEP_ALIVE)
                .disableAuthCaching()
                .disableAutomaticRetries()
                .disableContentCompression()
                .disableCookieManagement()
                .disableDefaultUserAgent()
                .disableRedirectHandling();
        proxy.ifPresent(to -> HttpProxy.apply(builder, to, host -> true));
        this.client = builder.build();
    }

    /**
     * Asks for the resource, from {@code offset} on where that is safe: with a strong tag, so that both parts belong to the
     * same version. {@link Fetched#start()} says where the body really begins, which may be 0 in spite of an offset.
     *
     * @param url        as it came from outside
     * @param headers    additional request headers, such as a provider's {@code Referer}; another host sees only harmless ones
     * @param offset     bytes already there, 0 for none
     * @param strongEtag tag of the version they belong to; null or a weak one makes the download begin at 0
     * @throws Failure                  as listed for the class
     * @throws IllegalArgumentException if a header is not allowed or cannot be sent
     */
    public Fetched open(String url, HostPatterns hosts, Map<String, String> headers, long offset, String strongEtag) {
        return open(url, hosts, target -> headers, offset, strongEtag);
    }

    /**
     * The same with headers that depend on the URL.
     *
     * @param headers of the first request, by its URL as the guard has read it
     */
    public Fetched open(
            String url,
            HostPatterns hosts,
            Function<URI, Map<String, String>> headers,
            long offset,
            String strongEtag) {
        URI target = guard.check(url, hosts);
        Map<String, String> own = checked(headers.apply(target));
        boolean resume = offset > 0
                && strongEtag != null
                && STRONG_ETAG.matcher(strongEtag).matches();
        long began = nanos.getAsLong();
        if (resume) {
            Fetched resumed = follow(target, hosts, own, offset, strongEtag, began);
            if (resumed != null) {
                return resumed;
            }
        }
        return follow(target, hosts, own, 0, null, began);
    }

    /** Aborts what is under way. */
    @Override
    public void close() {
        watchdog.close();
        pool.end();
        client.close(CloseMode.GRACEFUL);
    }

    PoolStats connections() {
        return pool.getTotalStats();
    }

    /** @return null if the answer to a range request is of no use and the resource is to be asked for from its beginning */
    private Fetched follow(
            URI first, HostPatterns hosts, Map<String, String> headers, long offset, String etag, long began) {
        URI target = first;
        Map<String, String> sent = headers;
        for (int redirects = 0; ; redirects++) {
            Exchange exchange = send(target, sent, offset, etag, began);
            boolean keep = false;
            try {
                int status = exchange.response.getCode();
                if (REDIRECTS.contains(status)) {
                    if (redirects == MAX_REDIRECTS) {
                        throw new FinalFailure("url_redirect", "more than " + MAX_REDIRECTS + " redirects");
                    }
                    URI next = guard.check(location(target, exchange.response), hosts);
                    if (!origin(next).equals(origin(target))) {
                        sent = harmless(sent);
                    }
                    target = next;
                    continue;
                }
                Fetched fetched = judge(exchange, offset, etag);
                keep = fetched != null;
                return fetched;
            } finally {
                if (!keep) {
                    exchange.abort();
                }
            }
        }
    }

    private Exchange send(URI target, Map<String, String> headers, long offset, String etag, long began) {
        HttpUriRequestBase request = new HttpUriRequestBase("GET", target);
        request.setHeader("Accept", "*/*");
        request.setHeader("User-Agent", limits.userAgent());
        headers.forEach(request::setHeader);
        request.setHeader("Accept-Encoding", "identity");
        if (offset > 0) {
            request.setHeader("Range", "bytes=" + offset + "-");
            request.setHeader("If-Range", etag);
        }
        String host = UrlGuard.safe(target);
        Watchdog.Watch watch = watchdog.watch(request::abort);
        long deadline = began + limits.deadline().toNanos();
        long patience = limits.connectTimeout().plus(limits.stallTimeout()).toNanos() * 2;
        boolean opened = false;
        connections.takeLastUsed();
        try {
            long now = nanos.getAsLong();
            watch.waiting(Math.min(deadline - now, patience) + now);
            ClassicHttpResponse response = client.executeOpen(
                    new HttpHost(target.getScheme(), UrlGuard.safe(target), UrlGuard.port(target)),
                    request,
                    HttpClientContext.create());
            watch.idle();
            opened = true;
            return new Exchange(target, request, response, connections.takeLastUsed(), watch, deadline);
        } catch (IOException | IllegalStateException e) {
            throw watch.expired()
                    ? new RetryableFailure("resp_too_slow", host + " did not answer in time", e)
                    : beforeAnswer(host, e);
        } finally {
            if (!opened) {
                connections.takeLastUsed();
                watch.close();
                request.abort();
            }
        }
    }

    private static Failure beforeAnswer(String host, Exception e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof WatchedConnections.UnaskedBytesException) {
                return new RetryableFailure("resp_length", host + " sent more than it announced", e);
            }
            if (cause instanceof TunnelRefusedException) {
                return new RetryableFailure("connect", "the proxy opens no connection to " + host, e);
            }
            if (cause instanceof MessageConstraintException || cause instanceof HttpException) {
                return new RetryableFailure("resp_ambiguous", host + " sent an answer that is not clear HTTP", e);
            }
        }
        if (e instanceof UnknownHostException) {
            return new RetryableFailure("dns", host + " cannot be resolved", e);
        }
        if (e instanceof ConnectTimeoutException || e instanceof HttpHostConnectException) {
            return new RetryableFailure("connect", "no connection to " + host, e);
        }
        if (e instanceof ConnectionRequestTimeoutException) {
            return new RetryableFailure("connect", "no free connection for " + host, e);
        }
        if (e instanceof SSLException) {
            return new RetryableFailure("tls", "no trusted connection to " + host, e);
        }
        if (e instanceof SocketTimeoutException) {
            return new RetryableFailure("resp_too_slow", host + " did not answer in time", e);
        }
        return new RetryableFailure("resp_truncated", "the connection to " + host + " broke before an answer", e);
    }

    private Fetched judge(Exchange exchange, long offset, String etag) {
        ClassicHttpResponse response = exchange.response;
        String host = UrlGuard.safe(exchange.target);
        int status = response.getCode();
        if (offset > 0 && status == 416) {
            return null;
        }
        if (status != 200 && !(status == 206 && offset > 0)) {
            throw refused(host, status, response);
        }
        long length = contentLength(host, response);
        if (isEncoded(response)) {
            throw new RetryableFailure("resp_encoding", host + " sent an encoded body although none was asked for");
        }
        if (response.containsHeader("Refresh")) {
            throw new FinalFailure("resp_type", host + " answered with a Refresh header, so with a page");
        }
        String tag = value(response, "ETag");
        long start = 0;
        long total = length;
        if (status == 200) {
            total = whole(host, response, length);
        } else {
            Matcher range =
                    CONTENT_RANGE.matcher(value(response, "Content-Range").strip());
            if (!range.matches()
                    || Long.parseLong(range.group(1)) != offset
                    || Long.parseLong(range.group(2)) < offset
                    || !tag.isEmpty() && !tag.equals(etag)) {
                return null;
            }
            start = offset;
            long end = Long.parseLong(range.group(2));
            if (length >= 0 && length != end - start + 1) {
                throw new RetryableFailure("resp_ambiguous", host + " sent a length that does not fit its range");
            }
            total = range.group(3).equals("*") ? -1 : Long.parseLong(range.group(3));
            if (total >= 0 && end >= total) {
                return null;
            }
        }
        if (length == 0 || response.getEntity() == null) {
            throw new RefreshableFailure("resp_length", host + " sent an empty body");
        }
        if (total > limits.maxSize()) {
            throw new FinalFailure(
                    "resp_too_large", host + " announced " + total + " bytes, more than " + limits.maxSize());
        }
        try {
            return new Fetched(
                    exchange,
                    limits,
                    nanos,
                    start,
                    total,
                    STRONG_ETAG.matcher(tag).matches() ? tag : null);
        } catch (IOException e) {
            throw new RetryableFailure("resp_truncated", "the connection to " + host + " broke", e);
        }
    }

    private static boolean isEncoded(ClassicHttpResponse response) {
        return Stream.of(response.getHeaders("Content-Encoding"))
                .filter(header -> header.getValue() != null)
                .flatMap(header -> Stream.of(header.getValue().split("[,;\\s]+")))
                .anyMatch(coding -> CODINGS.contains(coding.toLowerCase(Locale.ROOT)));
    }

    /**
     * Some caches send a part that they hold as if it were the whole, and say so where nobody looks.
     *
     * @return bytes of the whole, -1 where neither length nor range says it
     */
    private static long whole(String host, ClassicHttpResponse response, long length) {
        Matcher part = PART.matcher(value(response, "Content-Range"));
        if (!part.matches()) {
            return length;
        }
        long from = Long.parseLong(part.group(1));
        long end = Long.parseLong(part.group(2)) + 1;
        long whole = Long.parseLong(part.group(3));
        if (from > 0 || end < whole) {
            throw new RetryableFailure(
                    "resp_truncated",
                    host + " answered 200 with bytes " + from + " to " + (end - 1) + " of " + whole + " only");
        }
        if (end > whole || length >= 0 && length != whole) {
            throw new RetryableFailure("resp_ambiguous", host + " sent a length that does not fit its range");
        }
        return whole;
    }

    private Failure refused(String host, int status, ClassicHttpResponse response) {
        String message = host + " answered " + status;
        return switch (status) {
            case 401, 403, 410 -> new RefreshableFailure("url_expired", message);
            case 429, 503 -> new RetryableFailure("throttled", message, retryAfter(response), null);
            case 204, 206, 300, 304, 408 -> new RetryableFailure("resp_status", message);
            // Also an answer such as 202: it is being made, or was never there.
            default ->
                status < 500
                        ? new RefreshableFailure("resp_status", message)
                        : new RetryableFailure("resp_status", message);
        };
    }

    /** Null where the header is missing or says nothing usable. */
    private Duration retryAfter(ClassicHttpResponse response) {
        String text = value(response, "Retry-After").strip();
        Duration pause;
        if (LENGTH.matcher(text).matches()) {
            pause = Duration.ofSeconds(Long.parseLong(text));
        } else {
            try {
                Instant until = Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME
                        .withLocale(Locale.ROOT)
                        .parse(text));
                pause = Duration.between(clock.instant(), until);
            } catch (DateTimeException e) {
                return null;
            }
        }
        if (pause.isNegative()) {
            return Duration.ZERO;
        }
        return pause.compareTo(limits.maxRetryAfter()) > 0 ? limits.maxRetryAfter() : pause;
    }

    /** -1 where none is announced. */
    private static long contentLength(String host, ClassicHttpResponse response) {
        Set<String> lengths = Stream.of(response.getHeaders("Content-Length"))
                .flatMap(header -> Stream.of(header.getValue().split(",", -1)))
                .map(String::strip)
                .collect(Collectors.toSet());
        boolean chunked = response.containsHeader("Transfer-Encoding");
        if (lengths.size() > 1
                || chunked && !lengths.isEmpty()
                || !lengths.stream().allMatch(length -> LENGTH.matcher(length).matches())) {
            throw new RetryableFailure("resp_ambiguous", host + " announced its length in two ways");
        }
        return lengths.isEmpty() ? -1 : Long.parseLong(lengths.iterator().next());
    }

    private static String location(URI base, ClassicHttpResponse response) {
        Header[] locations = response.getHeaders("Location");
        String text = locations.length == 1 ? locations[0].getValue() : null;
        if (text == null || text.isBlank()) {
            throw new FinalFailure(
                    "url_redirect",
                    UrlGuard.safe(base) + " answered " + response.getCode() + " without a place to go to");
        }
        try {
            text = UrlGuard.encoded(decoded(text));
            if (text.startsWith("?")) {
                return origin(base) + base.getRawPath() + text; // java.net.URI drops the path's last segment here
            }
            // A path, however much its first part may look like a scheme to java.net.URI.
            return base.resolve(new URI(NO_SCHEME.matcher(text).matches() ? "./" + text : text))
                    .toString();
        } catch (URISyntaxException e) {
            throw new FinalFailure("url_syntax", UrlGuard.safe(base) + " redirected to what is not a URL");
        }
    }

    /** Header fields come with one character for each byte. Bytes that are no UTF-8 are sent back as they are. */
    private static String decoded(String header) {
        byte[] bytes = header.getBytes(StandardCharsets.ISO_8859_1);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            StringBuilder text = new StringBuilder();
            for (byte b : bytes) {
                text.append(b >= 0 ? String.valueOf((char) b) : String.format("%%%02X", b & 0xff));
            }
            return text.toString();
        }
    }

    private static String origin(URI url) {
        return url.getScheme() + "://" + url.getRawAuthority();
    }

    private static Map<String, String> harmless(Map<String, String> headers) {
        Map<String, String> kept = new LinkedHashMap<>(headers);
        kept.keySet().removeIf(name -> !HARMLESS_HEADERS.contains(name.toLowerCase(Locale.ROOT)));
        return kept;
    }

    private static Map<String, String> checked(Map<String, String> headers) {
        headers.forEach((name, value) -> {
            if (!HEADER_NAME.matcher(name).matches()
                    || OWN_HEADERS.contains(name.toLowerCase(Locale.ROOT))
                    || !HEADER_VALUE.matcher(value).matches()) {
                throw new IllegalArgumentException("request header " + name.replaceAll("[^!-~]", "?")
                        + " cannot be set, or its value is not visible ASCII");
            }
        });
        return Map.copyOf(headers);
    }

    private static String value(ClassicHttpResponse response, String name) {
        Header header = response.getFirstHeader(name);
        return header == null || header.getValue() == null ? "" : header.getValue();
    }

    private static Timeout timeout(Duration duration) {
        return Timeout.of(duration);
    }

    /** A request on its way and its answer, before anybody has judged it. */
    record Exchange(
            URI target,
            HttpUriRequestBase request,
            ClassicHttpResponse response,
            ManagedHttpClientConnection connection,
            Watchdog.Watch watch,
            long deadline) {
        /** Closes the connection at once; what the origin still sends is not read. */
        void abort() {
            watch.close();
            request.abort();
        }
    }
}
