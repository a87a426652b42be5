package io.mediakeep.signature;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.mediakeep.digest.Digests;
import io.mediakeep.settings.SignatureSettings;
import io.mediakeep.settings.SignatureSettings.Encoding;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.text.ParseException;
import java.time.Instant;
import java.util.Date;
import java.util.Objects;
import java.util.Optional;

/**
 * A JWT signed with one of the keys that the vendor publishes. The algorithm is that of the settings, whatever the token says;
 * the body is covered only if a claim holds its SHA-256. Thread-safe.
 */
final class JwtSignature implements SignatureScheme {
    private final SignatureSettings settings;
    private final JWSAlgorithm algorithm;
    private final SignedTime time;
    private final Jwks keys;
    private final String header;

    JwtSignature(SignatureSettings settings, SignedTime time, Jwks keys) {
        this.settings = settings;
        this.algorithm = JWSAlgorithm.parse(settings.keys().algorithm());
        this.time = time;
        this.keys = keys;
        this.header = settings.value().header();
    }

    @Override
    public Verdict verify(SignedRequest request) throws SignatureRejectedException {
        if (!request.has(header)) {
            throw SignatureRejectedException.missing(settings.name());
        }
        String value = request.text(header);
        String prefix = settings.value().prefix();
        if (!value.startsWith(prefix)) {
            throw SignatureRejectedException.invalid("header " + header + " must begin with " + prefix.strip());
        }
        SignedJWT token;
        JWTClaimsSet claims;
        try {
            String text = value.substring(prefix.length());
            for (String part : text.split("\\.", -1)) {
                Texts.decode(Encoding.BASE64URL, part);
            }
            token = SignedJWT.parse(text);
            claims = Objects.requireNonNull(token.getJWTClaimsSet(), "no object");
        } catch (ParseException | RuntimeException e) {
            throw SignatureRejectedException.invalid("header " + header + " must hold a signed JWT");
        }
        JWSHeader head = token.getHeader();
        if (!algorithm.equals(head.getAlgorithm())) {
            throw SignatureRejectedException.invalid(
                    "the token in header " + header + " must be signed by " + algorithm.getName());
        }
        if (head.getCriticalParams() != null || !head.isBase64URLEncodePayload()) {
            throw SignatureRejectedException.invalid("the token in header " + header + " demands an extension");
        }
        String id = head.getKeyID();
        if (!keys.any(key -> (id == null || id.equals(key.id())) && matches(key.key(), token))) {
            throw SignatureRejectedException.invalid("header " + header + " does not match");
        }
        checkTimes(claims);
        checkParties(claims);
        boolean covered = settings.coversBody();
        if (covered) {
            checkBody(claims, request.body());
        }
        return new Verdict(covered, Optional.empty());
    }

    private boolean matches(PublicKey key, SignedJWT token) {
        try {
            if (algorithm.equals(JWSAlgorithm.EdDSA)) {
                return Ed25519Signature.matches(key, token.getSignature().decode(), token.getSigningInput());
            }
            JWSVerifier verifier =
                    key instanceof RSAPublicKey rsa ? new RSASSAVerifier(rsa) : new ECDSAVerifier((ECPublicKey) key);
            return token.verify(verifier);
        } catch (JOSEException | RuntimeException e) {
            return false;
        }
    }

    /** A token without an end is good for as long as a signed time is. */
    private void checkTimes(JWTClaimsSet claims) throws SignatureRejectedException {
        Date expires = claims.getExpirationTime();
        Date issued = claims.getIssueTime();
        if (expires == null && issued == null) {
            throw SignatureRejectedException.invalid("the token in header " + header + " has neither exp nor iat");
        }
        if (expires != null && time.isPast(expires.toInstant())) {
            throw SignatureRejectedException.invalid("the token in header " + header + " has expired");
        }
        for (Date since : new Date[] {issued, claims.getNotBeforeTime()}) {
            if (since != null && time.isAhead(since.toInstant())) {
                throw SignatureRejectedException.invalid("the token in header " + header + " is not valid yet");
            }
        }
        if (expires == null) {
            Instant at = issued.toInstant();
            time.check(header, at);
        }
    }

    private void checkParties(JWTClaimsSet claims) throws SignatureRejectedException {
        String issuer = settings.claims().issuer();
        String audience = settings.claims().audience();
        if (issuer != null && !issuer.equals(claims.getIssuer())) {
            throw SignatureRejectedException.invalid("the token in header " + header + " is of another issuer");
        }
        if (audience != null && !claims.getAudience().contains(audience)) {
            throw SignatureRejectedException.invalid("the token in header " + header + " is for another audience");
        }
    }

    private void checkBody(JWTClaimsSet claims, byte[] body) throws SignatureRejectedException {
        String expected =
                Texts.encode(settings.value().encoding(), Digests.newSha256().digest(body));
        boolean same =
                claims.getClaim(settings.claims().body()) instanceof String claimed && Hmac.isSame(expected, claimed);
        if (!same) {
            throw SignatureRejectedException.invalid("the token in header " + header + " is for another body");
        }
    }
}
