package io.mediakeep.storage;

import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.scheme.AwsV4AuthScheme;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.AsyncSignRequest;
import software.amazon.awssdk.http.auth.spi.signer.AsyncSignedRequest;
import software.amazon.awssdk.http.auth.spi.signer.SignRequest;
import software.amazon.awssdk.http.auth.spi.signer.SignedRequest;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.IdentityProvider;
import software.amazon.awssdk.identity.spi.IdentityProviders;

/**
 * Signs a request over http as the SDK signs one over https: everything but the payload. The SDK has no switch for it. A
 * payload signature over http costs a SHA-256 of each part on both sides, and many servers take the whole part into
 * memory for it. Thread-safe.
 */
final class UnsignedPayload implements AwsV4AuthScheme, AwsV4HttpSigner {
    private static final int HTTP = 80;
    private static final int HTTPS = 443;

    private final AwsV4AuthScheme scheme = AwsV4AuthScheme.create();

    @Override
    public String schemeId() {
        return SCHEME_ID;
    }

    @Override
    public IdentityProvider<AwsCredentialsIdentity> identityProvider(IdentityProviders providers) {
        return scheme.identityProvider(providers);
    }

    @Override
    public AwsV4HttpSigner signer() {
        return this;
    }

    @Override
    public SignedRequest sign(SignRequest<? extends AwsCredentialsIdentity> request) {
        SdkHttpRequest plain = request.request();
        return "http".equals(plain.protocol()) && plain.port() != HTTPS
                ? signAsOverHttps(request, plain)
                : scheme.signer().sign(request);
    }

    /** A standard port is not named in the signed Host header, so it is the other one's standard port meanwhile. */
    private <I extends AwsCredentialsIdentity> SignedRequest signAsOverHttps(
            SignRequest<I> request, SdkHttpRequest plain) {
        SdkHttpRequest secured = plain.toBuilder()
                .protocol("https")
                .port(plain.port() == HTTP ? HTTPS : plain.port())
                .build();
        SignedRequest signed = scheme.signer().sign(request.copy(r -> r.request(secured)));
        SdkHttpRequest sent =
                signed.request().toBuilder().protocol("http").port(plain.port()).build();
        return signed.toBuilder().request(sent).build();
    }

    @Override
    public CompletableFuture<AsyncSignedRequest> signAsync(AsyncSignRequest<? extends AwsCredentialsIdentity> request) {
        return scheme.signer().signAsync(request);
    }
}
