package io.mediakeep.settings;

import io.mediakeep.settings.SignedContent.Word;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How callbacks of a provider are signed, as {@code mediakeep.<p>.signature} and what stands beside it say. A scheme says what is
 * there by its own settings; a recipe is a preset of them, and a setting beside it replaces its part. Immutable.
 *
 * @param name    the scheme or recipe
 * @param content what is signed; null for {@code jwt}, {@code static}, {@code vidu} and {@code none}
 */
public record SignatureSettings(String name, Scheme scheme, Value value, Content content, Keys keys, Claims claims) {
    public enum Scheme {
        HMAC,
        ED25519,
        JWT,
        STATIC,
        NONE,
        /** Vidu's canonical request, which a template cannot say: the sender lists the headers that it has signed. */
        VIDU
    }

    public enum Encoding {
        HEX,
        BASE64,
        BASE64URL
    }

    public enum KeyForm {
        TEXT,
        BASE64,
        HEX,
        /** {@code whsec_} and base64, or base64 alone. */
        WHSEC
    }

    public enum Unit {
        S,
        MS,
        RFC3339
    }

    /**
     * Where the signature stands.
     *
     * @param prefix    in front of a signature, may be empty; what does not begin with it is none
     * @param separator between several signatures in the header; empty where it holds one
     */
    public record Value(String header, String prefix, String separator, Encoding encoding) {}

    /**
     * @param idHeader null where there is no id
     * @param time     null where no time is signed
     */
    public record Content(SignedContent template, String idHeader, Time time) {}

    /** @param prefix of the time among the parts of the header, may be empty */
    public record Time(String header, String prefix, Unit unit) {}

    /**
     * @param algorithm the only one that is accepted: {@code sha256}, {@code sha512}, or that of a JWT such as {@code RS256}
     * @param jwks      null where the keys are secrets
     */
    public record Keys(String algorithm, KeyForm form, URI jwks) {}

    /**
     * @param tolerance of times; empty for {@code mediakeep.callback.tolerance}
     * @param issuer    null for any
     * @param audience  null for any
     * @param body      the claim that holds the SHA-256 of the body; null where none does
     */
    public record Claims(Optional<Duration> tolerance, String issuer, String audience, String body) {}

    private static final List<String> SCHEMES = List.of("hmac", "ed25519", "jwt", "static", "none");
    private static final List<String> JWT_ALGORITHMS =
            List.of("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA");
    private static final Pattern HEADER = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final Pattern TEXT = Pattern.compile("[!#-~]{1,64}|\"[ !#-~]{1,64}\"");
    private static final Pattern SEPARATOR = Pattern.compile("[,; |]|\"[,; |]\"");
    private static final Pattern CLAIM = Pattern.compile("[!-~]{1,256}");

    /** How each of the settings is checked, by its name below the provider; whether they go together is said by {@link #read}. */
    public static final Map<String, BiConsumer<Settings, String>> FORMS = Map.ofEntries(
            Map.entry("signature", (s, name) -> s.word(name, words())),
            Map.entry("signature-header", SignatureSettings::header),
            Map.entry("signature-content", SignatureSettings::template),
            Map.entry("signature-algorithm", (s, name) -> s.word(name, algorithms())),
            Map.entry("signature-encoding", (s, name) -> s.oneOf(name, Encoding.class)),
            Map.entry(
                    "signature-prefix",
                    (s, name) -> s.matching(name, TEXT, "visible text, in quotes where it has blanks")),
            Map.entry("signature-separator", (s, name) -> s.matching(name, SEPARATOR, "one of , ; | or \" \"")),
            Map.entry("signature-key", (s, name) -> s.oneOf(name, KeyForm.class)),
            Map.entry("signature-id", SignatureSettings::header),
            Map.entry("signature-timestamp", SignatureSettings::header),
            Map.entry("signature-timestamp-prefix", (s, name) -> s.matching(name, TEXT, "visible text")),
            Map.entry("signature-timestamp-unit", (s, name) -> s.oneOf(name, Unit.class)),
            Map.entry("signature-tolerance", (s, name) -> s.duration(name, Duration.ofSeconds(1))),
            Map.entry("signature-jwks", SignatureSettings::jwks),
            Map.entry("signature-issuer", (s, name) -> s.matching(name, CLAIM, "visible text")),
            Map.entry("signature-audience", (s, name) -> s.matching(name, CLAIM, "visible text")),
            Map.entry("signature-body-claim", (s, name) -> s.matching(name, CLAIM, "the name of a claim")));

    /**
     * @param prefix such as {@code mediakeep.kling.}
     * @throws SettingException if a setting is wrong, missing, or does not go with the others
     */
    public static SignatureSettings read(Settings given, String prefix) {
        String setting = prefix + "signature";
        String name = given.find(setting).isEmpty() ? "none" : given.word(setting, words());
        Map<String, String> recipe = SignatureRecipes.ALL.getOrDefault(name, Map.of());
        Settings settings = new Settings(key -> {
            Optional<String> own = given.find(key).filter(value -> !key.equals(setting));
            return own.isPresent() ? own : Optional.ofNullable(recipe.get(key.substring(prefix.length())));
        });
        Scheme scheme = Scheme.valueOf(recipe.getOrDefault("signature", name).toUpperCase(Locale.ROOT));
        Claims claims = new Claims(
                settings.find(prefix + "signature-tolerance")
                        .map(text -> settings.duration(prefix + "signature-tolerance", Duration.ofSeconds(1))),
                settings.find(prefix + "signature-issuer").orElse(null),
                settings.find(prefix + "signature-audience").orElse(null),
                settings.find(prefix + "signature-body-claim").orElse(null));
        if (scheme == Scheme.NONE || scheme == Scheme.VIDU) {
            return new SignatureSettings(name, scheme, null, null, null, claims);
        }
        Value value = new Value(
                needed(settings, prefix + "signature-header", name, SignatureSettings::header),
                text(settings, prefix + "signature-prefix"),
                text(settings, prefix + "signature-separator"),
                settings.find(prefix + "signature-encoding")
                        .map(word -> settings.oneOf(prefix + "signature-encoding", Encoding.class))
                        .orElse(Encoding.HEX));
        boolean signsContent = scheme == Scheme.HMAC || scheme == Scheme.ED25519;
        Content content = signsContent ? content(settings, prefix, name, value) : null;
        return new SignatureSettings(name, scheme, value, content, keys(settings, prefix, name, scheme), claims);
    }

    private static Content content(Settings settings, String prefix, String name, Value value) {
        SignedContent template = needed(settings, prefix + "signature-content", name, SignatureSettings::template);
        String id = settings.find(prefix + "signature-id").orElse(null);
        String timestamp = settings.find(prefix + "signature-timestamp").orElse(null);
        together(prefix + "signature-id", id, template.has(Word.ID), "{id}");
        together(prefix + "signature-timestamp", timestamp, template.has(Word.TIMESTAMP), "{timestamp}");
        String timePrefix = text(settings, prefix + "signature-timestamp-prefix");
        boolean sameHeader = value.header().equalsIgnoreCase(timestamp);
        if (sameHeader && (timePrefix.isEmpty() || value.separator().isEmpty())) {
            throw new SettingException(
                    prefix + "signature-timestamp-prefix",
                    "set with signature-separator where time and signature are in one header",
                    "one of them is missing");
        }
        Unit unit = settings.find(prefix + "signature-timestamp-unit")
                .map(word -> settings.oneOf(prefix + "signature-timestamp-unit", Unit.class))
                .orElse(Unit.S);
        return new Content(template, id, timestamp == null ? null : new Time(timestamp, timePrefix, unit));
    }

    private static void together(String setting, String header, boolean inTemplate, String word) {
        if ((header != null) != inTemplate) {
            throw new SettingException(
                    setting,
                    "set if, and only if, signature-content has " + word,
                    header == null ? "is missing" : "the content has none");
        }
    }

    private static Keys keys(Settings settings, String prefix, String name, Scheme scheme) {
        KeyForm form = settings.find(prefix + "signature-key")
                .map(word -> settings.oneOf(prefix + "signature-key", KeyForm.class))
                .orElse(KeyForm.TEXT);
        boolean published = scheme == Scheme.ED25519 || scheme == Scheme.JWT;
        URI jwks = published ? needed(settings, prefix + "signature-jwks", name, SignatureSettings::jwks) : null;
        String algorithm = null;
        if (scheme == Scheme.HMAC || scheme == Scheme.JWT) {
            String key = prefix + "signature-algorithm";
            algorithm = scheme == Scheme.JWT
                    ? needed(settings, key, name, (s, n) -> s.word(n, JWT_ALGORITHMS.toArray(String[]::new)))
                    : settings.find(key).isEmpty() ? "sha256" : settings.word(key, "sha256", "sha512");
        }
        return new Keys(algorithm, form, jwks);
    }

    /** Whether a signature of this kind is one over the body. */
    public boolean coversBody() {
        return scheme == Scheme.JWT
                ? claims.body() != null
                : content != null && content.template().coversBody();
    }

    /** Whether keys come from secrets, without which the provider does not sign. */
    public boolean needsSecrets() {
        return scheme == Scheme.HMAC || scheme == Scheme.STATIC || scheme == Scheme.VIDU;
    }

    /** The schemes and recipes. */
    static String[] words() {
        return Stream.concat(SCHEMES.stream(), SignatureRecipes.ALL.keySet().stream())
                .toArray(String[]::new);
    }

    private static String[] algorithms() {
        return Stream.concat(Stream.of("sha256", "sha512"), JWT_ALGORITHMS.stream())
                .toArray(String[]::new);
    }

    private static <T> T needed(
            Settings settings, String name, String signature, java.util.function.BiFunction<Settings, String, T> read) {
        if (settings.find(name).isEmpty()) {
            throw new SettingException(name, "set, because the signature is " + signature, "is empty or missing");
        }
        return read.apply(settings, name);
    }

    private static String header(Settings settings, String name) {
        return settings.matching(name, HEADER, "the name of a header");
    }

    private static SignedContent template(Settings settings, String name) {
        try {
            return SignedContent.parse(settings.text(name));
        } catch (IllegalArgumentException e) {
            throw new SettingException(name, "a template such as {id}.{timestamp}.{body}", "is not: " + e.getMessage());
        }
    }

    private static URI jwks(Settings settings, String name) {
        URI url = URI.create(settings.httpUrl(name));
        if (!"https".equalsIgnoreCase(url.getScheme()) && !ProxySettings.isLoopback(url.getHost())) {
            throw new SettingException(name, "an https URL, because keys are believed", "is not");
        }
        return url;
    }

    /** Quotes keep blanks at the ends. */
    private static String text(Settings settings, String name) {
        String text = settings.find(name).orElse("");
        return text.length() > 2 && text.startsWith("\"") && text.endsWith("\"")
                ? text.substring(1, text.length() - 1)
                : text;
    }
}
