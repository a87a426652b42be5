package io.mediakeep.signature;

import io.mediakeep.settings.SettingException;
import io.mediakeep.settings.Settings;
import io.mediakeep.settings.SignatureSettings;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Schemes from settings, as the door makes them. */
public final class TestSignature {
    private TestSignature() {}

    public static SignatureScheme of(String name, List<String> secrets, Duration tolerance, Clock clock) {
        JwksSource none = url -> {
            throw new IOException("nobody publishes keys here");
        };
        return new SignatureSchemes(tolerance, none, clock).of(settings(Map.of("signature", name)), secrets, null);
    }

    /** @param values by the name below the provider */
    static SignatureSettings settings(Map<String, String> values) {
        String prefix = "mediakeep.p.";
        return SignatureSettings.read(
                new Settings(name -> Optional.ofNullable(values.get(name.substring(prefix.length())))), prefix);
    }

    /** The schemes and recipes, as the message of a wrong one has them. */
    static List<String> words() {
        try {
            settings(Map.of("signature", "nosuch"));
        } catch (SettingException e) {
            String words = e.getMessage().replaceFirst(".*must be one of (.*), but is.*", "$1");
            return List.of(words.split(", "));
        }
        throw new AssertionError("taken");
    }

    static List<String> secrets(String setting) {
        return new Settings(name -> Optional.of(setting)).list("secrets");
    }
}
