package io.mediakeep.callback;

import io.mediakeep.digest.Digests;
import io.mediakeep.event.StrictJson;
import io.mediakeep.failure.Trouble;
import io.mediakeep.ledger.CallbackLedger;
import io.mediakeep.metrics.Counters;
import io.mediakeep.settings.ProviderSettings;
import io.mediakeep.settings.Providers;
import io.mediakeep.settings.SettingException;
import io.mediakeep.signature.KeysAwayException;
import io.mediakeep.signature.PathToken;
import io.mediakeep.signature.SignatureRejectedException;
import io.mediakeep.signature.SignatureScheme;
import io.mediakeep.signature.SignatureSchemes;
import io.mediakeep.signature.SignedRequest;
import io.mediakeep.signature.Verdict;
import java.net.URI;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The callback door: authenticity first, then "is JSON", then the ledger. It understands nothing of the callback beyond
 * that. Thread-safe.
 */
public final class CallbackDoor {
    private static final Logger LOG = LoggerFactory.getLogger(CallbackDoor.class);
    private static final String PREFIX = "/callbacks/";

    private final Map<String, Door> doors = new HashMap<>();
    private final StrictJson json = new StrictJson();
    private final CallbackLedger ledger;
    private final Counters counters;
    private final Trouble trouble;

    /**
     * @param publicUrl what providers see in front of {@code /callbacks}, where a proxy rewrites the path; else null
     */
    public CallbackDoor(
            Providers providers,
            String publicUrl,
            SignatureSchemes schemes,
            CallbackLedger ledger,
            Counters counters,
            Clock clock) {
        this.ledger = ledger;
        this.counters = counters;
        this.trouble = new Trouble(LOG, clock);
        for (ProviderSettings provider : providers.all()) {
            String setting = "mediakeep." + provider.name() + ".";
            String token = provider.callbackToken().orElse(null);
            String path = publicUrl == null
                    ? null
                    : URI.create(publicUrl).getRawPath() + PREFIX + provider.name() + "/" + token;
            SignatureScheme scheme;
            try {
                // Without a token too: a secret that is wrong should not be found on the day that the door is opened.
                scheme = schemes.of(provider.signature(), provider.callbackSecret(), path);
            } catch (IllegalArgumentException e) {
                throw new SettingException(
                        setting + "callback-secret", "what its signature needs", "is not: " + e.getMessage());
            }
            if (token != null) {
                doors.put(
                        provider.name(),
                        new Door(
                                new PathToken(setting + "callback-token", token),
                                scheme,
                                new CallbackAnswer(provider.callbackAnswer(), provider.callbackChallenge())));
            }
        }
    }

    private record Door(PathToken token, SignatureScheme scheme, CallbackAnswer answer) {}

    /**
     * A callback that was let in.
     *
     * @param key     tells it from every other of the provider
     * @param covered whether a signature covers the body
     */
    public record Verified(String provider, String key, boolean covered, byte[] body) {}

    /**
     * Path token, signature, "is JSON"; in that order.
     *
     * @param request its path is as on the wire: {@code /callbacks/<provider>/<token>}
     * @throws CallbackRefusedException if the callback is not let in
     */
    public Verified verify(SignedRequest request) throws CallbackRefusedException {
        String[] parts = request.path().startsWith(PREFIX)
                ? request.path().substring(PREFIX.length()).split("/", -1)
                : new String[0];
        Door door = parts.length == 2 ? doors.get(parts[0]) : null;
        if (door == null || !door.token().matches(parts[1])) {
            throw new CallbackRefusedException(404, "unknown provider or token");
        }
        String provider = parts[0];
        if (isEncoded(request)) {
            throw refused(provider, 415, "encoded body");
        }
        Verdict verdict;
        try {
            verdict = door.scheme().verify(request);
        } catch (SignatureRejectedException e) {
            throw refused(provider, 401, e.getMessage());
        } catch (KeysAwayException e) {
            throw refused(provider, 503, e.getMessage());
        }
        if (!json.isJson(request.body())) {
            throw refused(provider, 400, "the body is not JSON");
        }
        String key = verdict.coversBody() && verdict.callbackId().isPresent()
                ? verdict.callbackId().get()
                : Digests.sha256(request.body());
        return new Verified(provider, key, verdict.coversBody(), request.body());
    }

    /**
     * Writes the callback into the ledger; returns after the commit. An id that was used for another body is no duplicate, as a
     * signature covers both: such a callback is kept under the hash of its body.
     *
     * A challenge is not written, as it tells of no task.
     *
     * @return what the sender is answered: that it is {@code accepted}, or a {@code duplicate} if it was there, in our words or its
     *     own; or its challenge
     * @throws io.mediakeep.database.LedgerUnavailableException if it is not known to be durable
     */
    public String record(Verified callback) {
        CallbackAnswer answer = doors.get(callback.provider()).answer();
        String challenge = answer.toChallenge(callback.body());
        if (challenge != null) {
            LOG.info("{} has challenged the callback URL, and was answered", callback.provider());
            return challenge;
        }
        boolean first = ledger.record(callback.provider(), callback.key(), callback.covered(), callback.body());
        String hash = Digests.sha256(callback.body());
        if (!first
                && !callback.key().equals(hash)
                && ledger.isAnother(callback.provider(), callback.key(), callback.body())) {
            trouble.failed(
                    "Other callbacks of " + callback.provider() + " come under the id of an earlier one",
                    "kept under the hash of its body");
            first = ledger.record(callback.provider(), hash, callback.covered(), callback.body());
        }
        String outcome = first ? "accepted" : "duplicate";
        counters.callback(callback.provider(), outcome);
        return answer.to(outcome);
    }

    /** By provider and status: what else is in the reason comes from outside. */
    private CallbackRefusedException refused(String provider, int status, String why) {
        trouble.failed("Callbacks of " + provider + " with the right token are answered " + status, why);
        return new CallbackRefusedException(status, provider + ": " + why);
    }

    private static boolean isEncoded(SignedRequest request) {
        List<String> encodings = request.headers().get("content-encoding");
        return encodings != null && !encodings.equals(List.of("identity"));
    }
}
