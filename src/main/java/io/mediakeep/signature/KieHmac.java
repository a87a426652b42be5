package io.mediakeep.signature;

import io.mediakeep.event.StrictJson;
import io.mediakeep.event.TaskIds;
import io.mediakeep.failure.FinalFailure;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * kie.ai's callback signature: HMAC-SHA256 over the task id in the body and the time. It covers nothing else of the
 * body. Immutable, thread-safe. Source: kie.ai documentation, "Webhook verification".
 */
public final class KieHmac implements SignatureScheme {
    private static final String TIMESTAMP = "X-Webhook-Timestamp";
    private static final String SIGNATURE = "X-Webhook-Signature";

    private final StrictJson json = new StrictJson();
    private final List<Hmac> keys;
    private final SignedTime time;

    /**
     * @param keys      values of {@code webhookHmacKey}; each is tried
     * @param tolerance largest accepted gap between the signed time and now; at least 1 s
     * @throws IllegalArgumentException if there is no key, or one is blank
     */
    public KieHmac(List<String> keys, Duration tolerance, Clock clock) {
        if (keys.isEmpty() || keys.stream().anyMatch(String::isBlank)) {
            throw new IllegalArgumentException("kie needs at least one signing key, and none may be blank");
        }
        this.keys = keys.stream().map(Hmac::ofText).toList();
        this.time = new SignedTime(tolerance, clock);
    }

    /** @return a verdict that does not cover the body, without a callback id */
    @Override
    public Verdict verify(SignedRequest request) throws SignatureRejectedException {
        if (!request.has(TIMESTAMP) && !request.has(SIGNATURE)) {
            throw SignatureRejectedException.missing("kie");
        }
        String timestamp = request.single(TIMESTAMP);
        String signature = request.single(SIGNATURE);
        time.check(TIMESTAMP, timestamp);
        String signed = taskId(request.body()) + "." + timestamp;
        boolean matches = false;
        for (Hmac key : keys) {
            matches |= Hmac.matches(key.sign(signed), signature);
        }
        if (!matches) {
            throw SignatureRejectedException.invalid("header " + SIGNATURE + " does not match");
        }
        return new Verdict(false, Optional.empty());
    }

    /** Products differ in the spelling; with both in one body it would be open which of them is signed. */
    private String taskId(byte[] body) throws SignatureRejectedException {
        try {
            if (json.readObject(body).get("data") instanceof Map<?, ?> data
                    && data.containsKey("task_id") != data.containsKey("taskId")) {
                return TaskIds.of(data.containsKey("task_id") ? data.get("task_id") : data.get("taskId"));
            }
        } catch (FinalFailure e) {
            throw SignatureRejectedException.invalid("the body has no task id to verify: " + e.getMessage());
        }
        throw SignatureRejectedException.invalid("the body must have either data.task_id or data.taskId");
    }
}
