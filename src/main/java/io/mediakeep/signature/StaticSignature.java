package io.mediakeep.signature;

import io.mediakeep.settings.SignatureSettings;
import java.util.List;

/** A header that holds a secret. It proves who sends, and nothing of what. Immutable, thread-safe. */
final class StaticSignature implements SignatureScheme {
    private final SignatureSettings settings;
    private final List<String> expected;

    StaticSignature(SignatureSettings settings, List<String> secrets) {
        if (secrets.stream().anyMatch(String::isBlank)) {
            throw new IllegalArgumentException("a signing secret must not be blank");
        }
        this.settings = settings;
        this.expected = secrets.stream()
                .map(secret -> settings.value().prefix() + secret)
                .toList();
    }

    @Override
    public Verdict verify(SignedRequest request) throws SignatureRejectedException {
        String header = settings.value().header();
        if (!request.has(header)) {
            throw SignatureRejectedException.missing(settings.name());
        }
        String claimed = request.text(header);
        boolean matches = false;
        for (String one : expected) {
            matches |= Hmac.isSame(one, claimed);
        }
        if (!matches) {
            throw SignatureRejectedException.invalid("header " + header + " does not match");
        }
        return Verdict.HINT;
    }
}
