package io.mediakeep.signature;

import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/** Makes a signature scheme from settings. */
public final class SignatureSchemes {
    private SignatureSchemes() {}

    /**
     * Without a secret every scheme is {@link Unsigned}, because providers do not sign before there is one; with a
     * secret, requests without a signature are refused.
     *
     * @param name       {@code standard-webhooks}, {@code vidu}, {@code kie} or {@code none}
     * @param secrets    signing secrets, for {@code vidu} the API tokens; ignored for {@code none}
     * @param tolerance  largest accepted gap between a signed time and now; at least 1 s
     * @param publicPath path of the callback URL as the provider knows it, where a proxy rewrites it; null where not
     * @throws IllegalArgumentException for another name or a malformed secret
     */
    public static SignatureScheme of(
            String name, List<String> secrets, Duration tolerance, Clock clock, String publicPath) {
        return switch (name) {
            case "standard-webhooks" ->
                secrets.isEmpty() ? new Unsigned() : new StandardWebhooks(secrets, tolerance, clock);
            case "vidu" -> secrets.isEmpty() ? new Unsigned() : new ViduHmac(secrets, tolerance, clock, publicPath);
            case "kie" -> secrets.isEmpty() ? new Unsigned() : new KieHmac(secrets, tolerance, clock);
            case "none" -> new Unsigned();
            default ->
                throw new IllegalArgumentException(
                        "a signature scheme must be standard-webhooks, vidu, kie or none, but is " + name);
        };
    }

    /** @param setting comma-separated secrets, blanks around them ignored; may be null or empty */
    public static List<String> secrets(String setting) {
        return setting == null
                ? List.of()
                : Arrays.stream(setting.split(","))
                        .map(String::strip)
                        .filter(secret -> !secret.isEmpty())
                        .toList();
    }
}
