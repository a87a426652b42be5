package io.mediakeep.signature;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs as a provider does: each way is written down here from the vendor's page, with the platform's own classes, and knows
 * nothing of the code that it tests.
 */
enum Sender {
    STANDARD_WEBHOOKS(Map.of("signature", "standard-webhooks"), "webhook-signature", true, true) {
        @Override
        void sign(Map<String, String> headers, int key, long time, String body) {
            String signed = "msg_1." + time + "." + body;
            headers.put("webhook-id", "msg_1");
            headers.put("webhook-timestamp", "" + time);
            headers.put("webhook-signature", "v1," + base64(hmac("HmacSHA256", raw(key), signed)));
        }

        @Override
        String secret(int key) {
            return "whsec_" + base64(raw(key));
        }

        @Override
        String joined(String first, String second) {
            return first + " " + second;
        }
    },
    KIE(Map.of("signature", "kie"), "X-Webhook-Signature", true, false) {
        @Override
        void sign(Map<String, String> headers, int key, long time, String body) {
            headers.put("X-Webhook-Timestamp", "" + time);
            headers.put("X-Webhook-Signature", base64(hmac("HmacSHA256", bytes(secret(key)), "t-1." + time)));
        }
    },
    VIDU(Map.of("signature", "vidu"), "X-HMAC-SIGNATURE", true, false) {
        @Override
        void sign(Map<String, String> headers, int key, long time, String body) {
            String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(
                    Instant.ofEpochSecond(time).atOffset(ZoneOffset.UTC));
            String signed = "POST\n/callbacks/p/token\na=1\nvidu\n" + date + "\nDate:" + date + "\n";
            headers.put("Date", date);
            headers.put("X-HMAC-ALGORITHM", "hmac-sha256");
            headers.put("X-HMAC-ACCESS-KEY", "vidu");
            headers.put("X-HMAC-SIGNED-HEADERS", "Date");
            headers.put("X-HMAC-SIGNATURE", base64(hmac("HmacSHA256", bytes(secret(key)), signed)));
        }
    },
    OPENROUTER(Map.of("signature", "openrouter"), "X-OpenRouter-Signature", true, true) {
        @Override
        void sign(Map<String, String> headers, int key, long time, String body) {
            String signed = time + "," + body;
            headers.put(
                    "X-OpenRouter-Signature",
                    "t=" + time + ",v1=" + hex(hmac("HmacSHA256", bytes(secret(key)), signed)));
        }

        @Override
        String joined(String first, String second) {
            return first + ", " + second.substring(second.indexOf("v1="));
        }
    },
    PIAPI(Map.of("signature", "piapi"), "x-webhook-secret", false, false) {
        @Override
        void sign(Map<String, String> headers, int key, long time, String body) {
            headers.put("x-webhook-secret", secret(key));
        }
    },
    LEONARDO(Map.of("signature", "leonardo"), "Authorization", false, false) {
        @Override
        void sign(Map<String, String> headers, int key, long time, String body) {
            headers.put("Authorization", "Bearer " + secret(key));
        }
    },
    FAL(Map.of("signature", "fal"), "X-Fal-Webhook-Signature", true, true) {
        @Override
        void sign(Map<String, String> headers, int key, long time, String body) {
            String signed = "req-1\nuser|1\n" + time + "\n" + hex(sha256(body));
            headers.put("X-Fal-Webhook-Request-Id", "req-1");
            headers.put("X-Fal-Webhook-User-Id", "user|1");
            headers.put("X-Fal-Webhook-Timestamp", "" + time);
            headers.put("X-Fal-Webhook-Signature", hex(signed("Ed25519", ED25519[key], signed)));
        }

        @Override
        String jwks(int... keys) {
            return ed25519Jwks(keys);
        }
    },
    GEMINI(
            Map.of("signature", "gemini", "signature-audience", "ours", "signature-issuer", "vendor"),
            "Webhook-Signature",
            true,
            false) {
        @Override
        void sign(Map<String, String> headers, int key, long time, String body) {
            headers.put("Webhook-Signature", token("RS256", key, time, ""));
        }

        @Override
        String jwks(int... keys) {
            return rsaJwks(keys);
        }
    },
    JWT_OVER_BODY(
            Map.of(
                    "signature", "jwt",
                    "signature-header", "Authorization",
                    "signature-prefix", "\"Bearer \"",
                    "signature-algorithm", "RS256",
                    "signature-encoding", "base64url",
                    "signature-body-claim", "body_hash",
                    "signature-jwks", "https://keys.example.test/jwks"),
            "Authorization",
            true,
            true) {
        @Override
        void sign(Map<String, String> headers, int key, long time, String body) {
            headers.put(
                    "Authorization",
                    "Bearer " + token("RS256", key, time, ",\"body_hash\":\"" + url(sha256(body)) + "\""));
        }

        @Override
        String jwks(int... keys) {
            return rsaJwks(keys);
        }
    },
    HMAC_OF_BODY(
            Map.of(
                    "signature", "hmac",
                    "signature-header", "X-Signature",
                    "signature-content", "{body}",
                    "signature-prefix", "sha256="),
            "X-Signature",
            false,
            true) {
        @Override
        void sign(Map<String, String> headers, int key, long time, String body) {
            headers.put("X-Signature", "sha256=" + hex(hmac("HmacSHA256", bytes(secret(key)), body)));
        }
    },
    HMAC_OF_ALL(
            Map.ofEntries(
                    Map.entry("signature", "hmac"),
                    Map.entry("signature-header", "X-Signature"),
                    Map.entry(
                            "signature-content",
                            "{method}\\n{path}\\n{query}\\n{header.X-Event}\\n{timestamp}\\n{body.sha256.base64}"),
                    Map.entry("signature-algorithm", "sha512"),
                    Map.entry("signature-encoding", "base64url"),
                    Map.entry("signature-key", "hex"),
                    Map.entry("signature-timestamp", "X-Time"),
                    Map.entry("signature-timestamp-unit", "rfc3339")),
            "X-Signature",
            true,
            true) {
        @Override
        void sign(Map<String, String> headers, int key, long time, String body) {
            String at = Instant.ofEpochSecond(time).toString();
            String signed = "POST\n/callbacks/p/token\na=1\ndone\n" + at + "\n" + base64(sha256(body));
            headers.put("X-Event", "done");
            headers.put("X-Time", at);
            headers.put("X-Signature", url(hmac("HmacSHA512", raw(key), signed)));
        }

        @Override
        String secret(int key) {
            return hex(raw(key));
        }
    },
    HMAC_IN_MILLISECONDS(
            Map.of(
                    "signature", "hmac",
                    "signature-header", "X-Signature",
                    "signature-content", "{timestamp}.{body}",
                    "signature-key", "base64",
                    "signature-timestamp", "X-Time",
                    "signature-timestamp-unit", "ms"),
            "X-Signature",
            true,
            true) {
        @Override
        void sign(Map<String, String> headers, int key, long time, String body) {
            headers.put("X-Time", time + "999");
            headers.put("X-Signature", hex(hmac("HmacSHA256", raw(key), time + "999." + body)));
        }

        @Override
        String secret(int key) {
            return base64(raw(key));
        }
    };

    private static final KeyPair[] ED25519 = pairs("Ed25519", 255);
    private static final KeyPair[] RSA = pairs("RSA", 2048);

    /** As after {@code mediakeep.<p>.}. */
    final Map<String, String> settings;

    /** That of the signature. */
    final String header;

    final boolean timed;
    final boolean coversBody;

    Sender(Map<String, String> settings, String header, boolean timed, boolean coversBody) {
        this.settings = settings;
        this.header = header;
        this.timed = timed;
        this.coversBody = coversBody;
    }

    /** @param key 0, 1 or 2 */
    abstract void sign(Map<String, String> headers, int key, long time, String body);

    Map<String, String> headers(int key, long time, String body) {
        Map<String, String> headers = new TreeMap<>();
        sign(headers, key, time, body);
        return headers;
    }

    /** As it stands in the settings. */
    String secret(int key) {
        return "secret-number-" + key + "-of-the-table";
    }

    /** What the vendor publishes; null for secrets. */
    String jwks(int... keys) {
        return null;
    }

    /** Whether keys are published. */
    boolean publishes() {
        return jwks(0) != null;
    }

    /** Two signatures in one header; null where it holds one. */
    String joined(String first, String second) {
        return null;
    }

    /** @param claims beside those that each token has */
    static String token(String algorithm, int key, long time, String claims) {
        return jws(key, content(algorithm, key, time, claims));
    }

    /** Header and claims. */
    static String content(String algorithm, int key, long time, String claims) {
        String head = "{\"alg\":\"" + algorithm + "\",\"kid\":\"k" + key + "\"}";
        return part(head) + "."
                + part("{\"iss\":\"vendor\",\"aud\":[\"ours\"],\"iat\":" + time + ",\"exp\":" + (time + 60) + claims
                        + "}");
    }

    static String part(String json) {
        return url(bytes(json));
    }

    /** With the signature of RS256, whatever the content says. */
    static String jws(int key, String content) {
        return content + "." + url(signed("SHA256withRSA", RSA[key], content));
    }

    /** Signed with the public key as if it were a secret: what a reader falls for that believes the token's algorithm. */
    static String confused(int key, long time, String claims) {
        String content = content("HS256", key, time, claims);
        return content + "." + url(hmac("HmacSHA256", RSA[key].getPublic().getEncoded(), content));
    }

    private static String rsaJwks(int... keys) {
        return set(keys, key -> {
            RSAPublicKey rsa = (RSAPublicKey) RSA[key].getPublic();
            return "\"kty\":\"RSA\",\"alg\":\"RS256\",\"use\":\"sig\",\"e\":\"" + url(unsigned(rsa.getPublicExponent()))
                    + "\",\"n\":\"" + url(unsigned(rsa.getModulus())) + "\"";
        });
    }

    private static String ed25519Jwks(int... keys) {
        return set(keys, key -> {
            EdECPublicKey point = (EdECPublicKey) ED25519[key].getPublic();
            byte[] big = unsigned(point.getPoint().getY());
            byte[] x = new byte[32];
            for (int i = 0; i < big.length; i++) {
                x[i] = big[big.length - 1 - i];
            }
            x[31] |= (byte) (point.getPoint().isXOdd() ? 0x80 : 0);
            return "\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" + url(x) + "\"";
        });
    }

    private static String set(int[] keys, java.util.function.IntFunction<String> key) {
        return Arrays.stream(keys)
                .mapToObj(i -> "{\"kid\":\"k" + i + "\"," + key.apply(i) + "}")
                .collect(java.util.stream.Collectors.joining(",", "{\"keys\":[", "]}"));
    }

    private static byte[] unsigned(BigInteger number) {
        byte[] bytes = number.toByteArray();
        return bytes[0] == 0 ? Arrays.copyOfRange(bytes, 1, bytes.length) : bytes;
    }

    private static KeyPair[] pairs(String algorithm, int size) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            generator.initialize(size);
            return new KeyPair[] {generator.generateKeyPair(), generator.generateKeyPair(), generator.generateKeyPair()
            };
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] signed(String algorithm, KeyPair pair, String text) {
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(pair.getPrivate());
            signature.update(bytes(text));
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] hmac(String algorithm, byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(key, algorithm));
            return mac.doFinal(bytes(text));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes(text));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] raw(int key) {
        return bytes("the-raw-key-number-" + key);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    static String url(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    List<String> secrets(int... keys) {
        return publishes()
                ? List.of()
                : Arrays.stream(keys).mapToObj(this::secret).toList();
    }
}
