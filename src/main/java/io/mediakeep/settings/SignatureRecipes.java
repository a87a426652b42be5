package io.mediakeep.settings;

import java.util.Map;
import java.util.TreeMap;

/**
 * Signatures of vendors, each as what {@code mediakeep.<p>.signature*} would be. Sources: the specification of Standard Webhooks;
 * kie.ai "Webhook verification"; Vidu "Callback signature"; fal "Webhooks"; OpenRouter "Video generation", seen in receivers;
 * Gemini API "Webhooks", dynamic ones; PiAPI "Unified webhook"; Leonardo "Guide to the webhook callback feature".
 */
final class SignatureRecipes {
    private static final String SCHEME = "signature";
    private static final String HEADER = "signature-header";
    private static final String CONTENT = "signature-content";
    private static final String ENCODING = "signature-encoding";
    private static final String PREFIX = "signature-prefix";
    private static final String SEPARATOR = "signature-separator";
    private static final String ID = "signature-id";
    private static final String TIMESTAMP = "signature-timestamp";
    private static final String JWKS = "signature-jwks";

    static final Map<String, Map<String, String>> ALL = new TreeMap<>(Map.of(
            "standard-webhooks",
            Map.of(
                    SCHEME,
                    "hmac",
                    HEADER,
                    "webhook-signature",
                    CONTENT,
                    "{id}.{timestamp}.{body}",
                    ENCODING,
                    "base64",
                    PREFIX,
                    "v1,",
                    SEPARATOR,
                    "\" \"",
                    "signature-key",
                    "whsec",
                    ID,
                    "webhook-id",
                    TIMESTAMP,
                    "webhook-timestamp"),
            "kie",
            Map.of(
                    SCHEME, "hmac",
                    HEADER, "X-Webhook-Signature",
                    CONTENT, "{taskId}.{timestamp}",
                    ENCODING, "base64",
                    TIMESTAMP, "X-Webhook-Timestamp"),
            "vidu",
            Map.of(SCHEME, "vidu"),
            "fal",
            Map.of(
                    SCHEME, "ed25519",
                    HEADER, "X-Fal-Webhook-Signature",
                    CONTENT, "{id}\n{header.X-Fal-Webhook-User-Id}\n{timestamp}\n{body.sha256}",
                    ENCODING, "hex",
                    ID, "X-Fal-Webhook-Request-Id",
                    TIMESTAMP, "X-Fal-Webhook-Timestamp",
                    JWKS, "https://rest.fal.ai/.well-known/jwks.json"),
            "openrouter",
            Map.of(
                    SCHEME,
                    "hmac",
                    HEADER,
                    "X-OpenRouter-Signature",
                    CONTENT,
                    "{timestamp},{body}",
                    ENCODING,
                    "hex",
                    PREFIX,
                    "v1=",
                    SEPARATOR,
                    ",",
                    TIMESTAMP,
                    "X-OpenRouter-Signature",
                    "signature-timestamp-prefix",
                    "t="),
            "gemini",
            Map.of(
                    SCHEME,
                    "jwt",
                    HEADER,
                    "Webhook-Signature",
                    "signature-algorithm",
                    "RS256",
                    JWKS,
                    "https://generativelanguage.googleapis.com/.well-known/jwks.json"),
            "piapi",
            Map.of(SCHEME, "static", HEADER, "x-webhook-secret"),
            "leonardo",
            Map.of(SCHEME, "static", HEADER, "Authorization", PREFIX, "\"Bearer \"")));

    private SignatureRecipes() {}
}
