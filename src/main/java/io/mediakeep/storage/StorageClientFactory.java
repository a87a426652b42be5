package io.mediakeep.storage;

import io.mediakeep.settings.ProxySettings;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.http.apache.ProxyConfiguration;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/**
 * Builds the one S3 client that the copier and the S3 endpoints of the routes share. It sends plain bodies with a known
 * length, without trailers and without chunk signatures, because many S3 look-alikes refuse both. Over https the payload
 * is not signed, for TLS keeps it whole; over http it is, unless the storage is on loopback.
 */
public final class StorageClientFactory {
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration SOCKET = Duration.ofSeconds(60);
    private static final Duration ATTEMPT = Duration.ofMinutes(10);
    private static final int ATTEMPTS = 3;

    private StorageClientFactory() {}

    /** A client that signs payloads where they leave this machine over http. */
    public static S3Client create(
            String endpoint, String region, String accessKey, String secretKey, boolean pathStyle, int connections) {
        return create(endpoint, region, accessKey, secretKey, pathStyle, connections, !isLoopback(endpoint));
    }

    /**
     * @param endpoint    http or https URL; empty for AWS
     * @param accessKey   empty, together with {@code secretKey}: the default credentials chain of the SDK
     * @param pathStyle   {@code host/bucket/key} instead of {@code bucket.host/key}
     * @param connections most connections at a time, at least 1
     * @param signPayload whether payloads are signed over http; over https they never are
     * @throws IllegalArgumentException if a value is out of range; the message names the setting
     */
    public static S3Client create(
            String endpoint,
            String region,
            String accessKey,
            String secretKey,
            boolean pathStyle,
            int connections,
            boolean signPayload) {
        return create(
                endpoint,
                region,
                accessKey,
                secretKey,
                pathStyle,
                connections,
                signPayload,
                Optional.empty(),
                List.of());
    }

    /**
     * @param proxy        on the way to a storage that is not on loopback; no other one is used, whatever the environment says
     * @param interceptors such as an {@link ObjectPolicy}
     */
    public static S3Client create(
            String endpoint,
            String region,
            String accessKey,
            String secretKey,
            boolean pathStyle,
            int connections,
            boolean signPayload,
            Optional<ProxySettings> proxy,
            List<ExecutionInterceptor> interceptors) {
        if (connections < 1) {
            throw new IllegalArgumentException("The S3 client needs at least 1 connection, but has " + connections);
        }
        if (region.isBlank()) {
            throw new IllegalArgumentException("mediakeep.storage.region must not be empty");
        }
        S3ClientBuilder builder = S3Client.builder()
                .region(Region.of(region))
                .credentialsProvider(credentials(accessKey, secretKey))
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .serviceConfiguration(c -> c.pathStyleAccessEnabled(pathStyle).chunkedEncodingEnabled(false))
                .overrideConfiguration(c -> c.apiCallAttemptTimeout(ATTEMPT)
                        .addExecutionInterceptor(new PlainExchange())
                        .addExecutionInterceptor(new Believable())
                        .retryStrategy(AwsRetryStrategy.standardRetryStrategy().toBuilder()
                                .maxAttempts(ATTEMPTS)
                                .build())
                        .applyMutation(built -> interceptors.forEach(built::addExecutionInterceptor)))
                .httpClientBuilder(LastingHttpClient.builder(ApacheHttpClient.builder()
                        .maxConnections(connections)
                        .connectionTimeout(CONNECT)
                        .connectionAcquisitionTimeout(SOCKET)
                        .socketTimeout(SOCKET)
                        .proxyConfiguration(proxy(isLoopback(endpoint) ? Optional.empty() : proxy))
                        .expectContinueEnabled(false)));
        if (!signPayload) {
            builder.putAuthScheme(new UnsignedPayload());
        }
        if (!endpoint.isBlank()) {
            builder.endpointOverride(endpoint(endpoint));
        }
        return builder.build();
    }

    /** Whether the endpoint is this machine by its very text: nothing is looked up. */
    public static boolean isLoopback(String endpoint) {
        return endpoint.matches("(?i)https?://(127(\\.[0-9]{1,3}){3}|localhost|\\[::1])(:[0-9]{1,5})?/?");
    }

    /** The SDK would follow the environment and the system properties, and send what is for loopback to a proxy. */
    private static ProxyConfiguration proxy(Optional<ProxySettings> proxy) {
        ProxyConfiguration.Builder builder =
                ProxyConfiguration.builder().useSystemPropertyValues(false).useEnvironmentVariableValues(false);
        proxy.ifPresent(to -> {
            builder.endpoint(URI.create("http://" + to.host() + ":" + to.port()));
            if (to.user() != null) {
                builder.username(to.user()).password(to.password()).preemptiveBasicAuthenticationEnabled(true);
            }
        });
        return builder.build();
    }

    private static URI endpoint(String endpoint) {
        try {
            URI uri = URI.create(endpoint.strip());
            boolean http = "http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme());
            if (http && uri.getHost() != null && uri.getRawUserInfo() == null && uri.getRawQuery() == null) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            // Not repeated in the message: a mistyped endpoint may hold a password.
        }
        throw new IllegalArgumentException(
                "mediakeep.storage.endpoint must be an http or https URL without user and query");
    }

    private static AwsCredentialsProvider credentials(String accessKey, String secretKey) {
        if (accessKey.isBlank() != secretKey.isBlank()) {
            throw new IllegalArgumentException(
                    "mediakeep.storage.access-key and mediakeep.storage.secret-key must both be set or both be empty");
        }
        return accessKey.isBlank()
                ? DefaultCredentialsProvider.builder().build()
                : StaticCredentialsProvider.create(AwsBasicCredentials.create(accessKey, secretKey));
    }
}
