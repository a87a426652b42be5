package io.mediakeep.signature;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import io.mediakeep.failure.Trouble;
import java.io.IOException;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys that a vendor publishes, read when they are first needed, then each hour, and when none of them fits, which may be
 * because they were replaced. While they cannot be read, those that are known go on. Thread-safe.
 */
final class Jwks {
    private static final Logger LOG = LoggerFactory.getLogger(Jwks.class);

    static final Duration FRESH = Duration.ofHours(1);
    /** Between two calls: whoever sends wrong signatures must not make us call as often. */
    static final Duration PAUSE = Duration.ofMinutes(1);
    /** The same while there is no key at all. */
    static final Duration PAUSE_WITHOUT = Duration.ofSeconds(5);

    private static final int SHORTEST_RSA = 2048;
    private static final int MOST_KEYS = 64;
    /** What stands in front of the 32 bytes of an Ed25519 key in its X.509 form (RFC 8410). */
    private static final String ED25519_HEAD = "302a300506032b6570032100";

    private final URI url;
    private final JWSAlgorithm algorithm;
    private final JwksSource source;
    private final Clock clock;
    private final Trouble trouble;
    private final ReentrantLock calling = new ReentrantLock();

    private volatile Known known;
    private volatile boolean away;
    private Instant askedAt;

    /** @param id null where it has none */
    record Key(String id, PublicKey key) {}

    private record Known(List<Key> keys, Instant at) {}

    /** @param algorithm of the signatures; keys for others are left out */
    Jwks(URI url, JWSAlgorithm algorithm, JwksSource source, Clock clock) {
        this.url = url;
        this.algorithm = algorithm;
        this.source = source;
        this.clock = clock;
        this.trouble = new Trouble(LOG, clock);
    }

    /**
     * Whether the check says yes to one of the keys.
     *
     * @throws KeysAwayException if it cannot be told, because there are no keys, or none fits and newer ones cannot be read
     */
    boolean any(Predicate<Key> fits) {
        Known now = known;
        if (now == null || !isWithin(now.at(), FRESH)) {
            now = ask(now);
        }
        if (now == null) {
            throw away();
        }
        if (now.keys().stream().anyMatch(fits)) {
            return true;
        }
        Known newer = ask(now);
        if (newer != now && newer.keys().stream().anyMatch(fits)) {
            return true;
        }
        if (away) {
            throw away();
        }
        return false;
    }

    private KeysAwayException away() {
        return new KeysAwayException("the keys at " + url.getHost() + " cannot be read");
    }

    /** Calls at most once a pause, one thread at a time; the others go on with what is known. */
    private Known ask(Known seen) {
        if (seen == null) {
            calling.lock();
        } else if (!calling.tryLock()) {
            return seen;
        }
        try {
            if (known != seen || askedAt != null && isWithin(askedAt, seen == null ? PAUSE_WITHOUT : PAUSE)) {
                return known;
            }
            askedAt = clock.instant();
            read();
            return known;
        } finally {
            calling.unlock();
        }
    }

    private void read() {
        String kind = "Keys of callbacks at " + url.getHost() + " cannot be read";
        try {
            List<Key> keys = keys(source.read(url));
            if (keys.isEmpty()) {
                throw new IOException("there is no key for " + algorithm.getName());
            }
            known = new Known(keys, clock.instant());
            away = false;
            trouble.well(kind);
        } catch (IOException | ParseException | RuntimeException e) {
            away = true;
            trouble.failed(kind, e instanceof IOException ? String.valueOf(e.getMessage()) : "it is no set of keys");
        }
    }

    private boolean isWithin(Instant from, Duration length) {
        Instant now = clock.instant();
        return !now.isBefore(from) && now.isBefore(from.plus(length));
    }

    private List<Key> keys(String text) throws ParseException {
        List<Key> keys = new ArrayList<>();
        for (JWK key : JWKSet.parse(text).getKeys()) {
            boolean signs = key.getKeyUse() == null || key.getKeyUse().equals(KeyUse.SIGNATURE);
            PublicKey usable = signs ? usable(key) : null;
            if (usable != null && keys.size() < MOST_KEYS) {
                keys.add(new Key(key.getKeyID(), usable));
            }
        }
        return List.copyOf(keys);
    }

    /** Null for one that is not for the algorithm. */
    private PublicKey usable(JWK key) {
        try {
            if (key.getAlgorithm() != null && !isNamed(key.getAlgorithm().getName())) {
                return null;
            }
            if (key instanceof RSAKey rsa && JWSAlgorithm.Family.RSA.contains(algorithm)) {
                return rsa.size() >= SHORTEST_RSA ? rsa.toRSAPublicKey() : null;
            }
            if (key instanceof ECKey ec && JWSAlgorithm.Family.EC.contains(algorithm)) {
                return Curve.forJWSAlgorithm(algorithm).contains(ec.getCurve()) ? ec.toECPublicKey() : null;
            }
            if (key instanceof OctetKeyPair pair && algorithm.equals(JWSAlgorithm.EdDSA)) {
                return Curve.Ed25519.equals(pair.getCurve()) ? ed25519(pair.getDecodedX()) : null;
            }
        } catch (JOSEException | GeneralSecurityException e) {
            LOG.debug("A key at {} is left out", url.getHost(), e);
        }
        return null;
    }

    /** Two names are in use for the one curve that is taken. */
    private boolean isNamed(String name) {
        return name.equals(algorithm.getName())
                || algorithm.equals(JWSAlgorithm.EdDSA) && name.equals(Ed25519Signature.ALGORITHM);
    }

    private static PublicKey ed25519(byte[] x) throws GeneralSecurityException {
        String encoded = ED25519_HEAD + HexFormat.of().formatHex(x);
        return KeyFactory.getInstance(Ed25519Signature.ALGORITHM)
                .generatePublic(new X509EncodedKeySpec(HexFormat.of().parseHex(encoded)));
    }
}
