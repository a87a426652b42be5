package io.mediakeep.settings;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The settings every provider has, whatever its API looks like; what only one has stays between its YAML file and the
 * properties.
 *
 * @param name           the {@code <p>} of {@code mediakeep.<p>.enabled} and of the routes {@code <p>-normalize}, ...
 * @param callbackToken  secret part of the callback URL
 * @param callbackSecret signing secrets; several while one is being replaced
 * @param signature      how callbacks are signed
 * @param callbackAnswer what a callback is answered with; empty for our own words
 * @param callbackChallenge member of a first callback that is sent back; empty where there is none
 * @param readable       whether tasks can be read with our own credentials
 * @param retention      how long the provider keeps a result
 * @param pollLookback   overlap window of the list polls
 * @param mediaHosts     host patterns media may be fetched from
 * @param keep           roles of media to be kept, such as {@code video} or {@code cover}; empty for all
 */
public record ProviderSettings(
        String name,
        Optional<String> callbackToken,
        List<String> callbackSecret,
        SignatureSettings signature,
        Optional<String> callbackAnswer,
        Optional<String> callbackChallenge,
        Confirm confirm,
        boolean readable,
        Duration retention,
        Duration pollInterval,
        Duration pollLookback,
        String mediaHosts,
        List<String> keep) {

    /** When a callback is only a hint, so that the task is read with our own credentials and that answer is merged. */
    public enum Confirm {
        UNSIGNED,
        ALWAYS,
        NEVER
    }

    /** A name that is safe in a route id, an object key and a URL path. */
    public static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,31}");

    static ProviderSettings read(Settings settings, String name) {
        String prefix = "mediakeep." + name + ".";
        Optional<String> token = settings.find(prefix + "callback-token");
        token.ifPresent(t -> settings.secret(
                prefix + "callback-token",
                t,
                "at least 16 characters of A-Z a-z 0-9 . _ ~ -",
                value -> value.matches("[A-Za-z0-9._~-]{16,256}")));
        Confirm confirm = Confirm.valueOf(
                settings.word(prefix + "confirm", "unsigned", "always", "never").toUpperCase(java.util.Locale.ROOT));
        settings.httpUrl(prefix + "api-url");
        boolean readable = settings.find(prefix + "api-key").isPresent()
                || settings.find(prefix + "access-key").isPresent()
                        && settings.find(prefix + "secret-key").isPresent();
        SignatureSettings signature = SignatureSettings.read(settings, prefix);
        List<String> secrets = settings.list(prefix + "callback-secret");
        if (signature.scheme() == SignatureSettings.Scheme.VIDU && secrets.isEmpty()) {
            secrets = settings.list(prefix + "api-key");
        }
        boolean signed = signature.coversBody() && !(signature.needsSecrets() && secrets.isEmpty());
        if (!readable && (confirm == Confirm.ALWAYS || confirm == Confirm.UNSIGNED && !signed)) {
            throw new SettingException(
                    prefix + "api-key",
                    "set while " + prefix + "confirm is " + confirm.name().toLowerCase(java.util.Locale.ROOT)
                            + ", because callbacks that no signature covers are confirmed by reading the task",
                    "is empty");
        }
        return new ProviderSettings(
                name,
                token,
                secrets,
                signature,
                settings.find(prefix + "callback-answer"),
                settings.find(prefix + "callback-challenge"),
                confirm,
                readable,
                settings.duration(prefix + "retention", Duration.ofMinutes(1)),
                settings.duration(prefix + "poll-interval", Duration.ofMillis(100)),
                settings.duration(prefix + "poll-lookback", Duration.ofMinutes(1)),
                settings.text(prefix + "media-hosts"),
                settings.list(prefix + "keep"));
    }

    /** How far back tasks are looked for. */
    public Duration reach() {
        return retention.compareTo(pollLookback) > 0 ? retention : pollLookback;
    }

    /** Whether a media of this role is to be kept; one without a role always is. */
    public boolean keeps(Object role) {
        return role == null || keep.isEmpty() || keep.contains(role.toString());
    }

    /** Whether a callback with or without a signature over its body must be confirmed by a read. */
    public boolean mustConfirm(boolean bodyCovered) {
        return confirm == Confirm.ALWAYS || confirm == Confirm.UNSIGNED && !bodyCovered;
    }
}
