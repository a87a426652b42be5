package io.mediakeep.callback;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.mediakeep.event.StrictJson;
import io.mediakeep.failure.FinalFailure;
import java.util.Map;
import java.util.Optional;

/** What a provider wants to hear when it calls back. Immutable, thread-safe. */
final class CallbackAnswer {
    private static final int LONGEST_CHALLENGE = 1_024;
    private static final JsonMapper WRITER = new JsonMapper();

    private final StrictJson json = new StrictJson();
    private final Optional<String> text;
    private final Optional<String> challenge;

    /**
     * @param text      the whole answer; empty for {@code {"status":"..."}}
     * @param challenge member of a challenge, which is sent back as it came; empty where the provider sends none
     */
    CallbackAnswer(Optional<String> text, Optional<String> challenge) {
        this.text = text;
        this.challenge = challenge;
    }

    String to(String outcome) {
        return text.orElseGet(() -> "{\"status\":\"" + outcome + "\"}");
    }

    /** @return the answer to a challenge; null for what is none */
    String toChallenge(byte[] body) {
        if (challenge.isEmpty()) {
            return null;
        }
        String member = challenge.get();
        try {
            Object value = json.readObject(body).get(member);
            boolean asked = value instanceof String said && !said.isEmpty() && said.length() <= LONGEST_CHALLENGE
                    || value instanceof Long;
            return asked ? WRITER.writeValueAsString(Map.of(member, value)) : null;
        } catch (FinalFailure | JsonProcessingException e) {
            return null;
        }
    }
}
