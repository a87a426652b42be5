package io.mediakeep.signature;

import io.mediakeep.fetch.HttpProxy;
import io.mediakeep.fetch.LastingPool;
import io.mediakeep.settings.ProxySettings;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.io.BasicHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.URIScheme;
import org.apache.hc.core5.http.config.RegistryBuilder;
import org.apache.hc.core5.util.Timeout;

/** Reads published keys over HTTP: at most 64 KiB in 3 s, without redirects, through the proxy where there is one. Thread-safe. */
public final class JwksClient implements JwksSource {
    private static final int MOST = 64 << 10;
    /** Providers wait for the answer meanwhile. */
    private static final Duration LONGEST = Duration.ofSeconds(3);

    private final Optional<ProxySettings> proxy;
    private final Duration longest;

    public JwksClient(Optional<ProxySettings> proxy) {
        this(proxy, LONGEST);
    }

    JwksClient(Optional<ProxySettings> proxy, Duration longest) {
        this.proxy = proxy;
        this.longest = longest;
    }

    @Override
    public String read(URI url) throws IOException {
        HttpGet request = new HttpGet(url);
        request.setHeader("Accept", "application/json");
        CompletableFuture<Void> ended =
                new CompletableFuture<Void>().orTimeout(longest.toMillis(), TimeUnit.MILLISECONDS);
        ended.exceptionally(late -> {
            request.cancel();
            return null;
        });
        // A client for each call: there is one an hour.
        try (CloseableHttpClient client = client()) {
            return client.execute(request, JwksClient::text);
        } finally {
            ended.complete(null);
        }
    }

    private CloseableHttpClient client() {
        HttpClientBuilder builder = HttpClientBuilder.create()
                .setConnectionManager(connections())
                .disableRedirectHandling()
                .disableAutomaticRetries()
                .disableCookieManagement()
                .disableContentCompression();
        proxy.ifPresent(settings -> HttpProxy.apply(builder, settings, host -> true));
        return builder.build();
    }

    private BasicHttpClientConnectionManager connections() {
        Timeout timeout = Timeout.of(longest);
        BasicHttpClientConnectionManager connections = BasicHttpClientConnectionManager.create(
                null,
                null,
                RegistryBuilder.<org.apache.hc.client5.http.ssl.TlsSocketStrategy>create()
                        .register(
                                URIScheme.HTTPS.id,
                                org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy.createDefault())
                        .build(),
                ManagedHttpClientConnectionFactory.builder()
                        .http1Config(LastingPool.limits())
                        .build());
        connections.setConnectionConfig(ConnectionConfig.custom()
                .setConnectTimeout(timeout)
                .setSocketTimeout(timeout)
                .build());
        return connections;
    }

    private static String text(ClassicHttpResponse answer) throws IOException {
        if (answer.getCode() != 200) {
            throw new IOException("it answered " + answer.getCode());
        }
        HttpEntity entity = answer.getEntity();
        if (entity == null) {
            throw new IOException("its answer is empty");
        }
        try (InputStream content = entity.getContent()) {
            byte[] bytes = content.readNBytes(MOST + 1);
            if (bytes.length > MOST) {
                throw new IOException("its answer is larger than " + MOST + " bytes");
            }
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }
}
