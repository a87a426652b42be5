package io.mediakeep.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What is wrong with a signature's settings is one line that names the setting. */
class SignatureSettingsTest {
    private static final String PREFIX = "mediakeep.p.";
    private static final String HMAC = "signature=hmac signature-header=X-S signature-content={body} ";
    private static final String JWKS = "signature-jwks=https://keys.example.test/jwks ";

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            signature=hmca                       | signature must be one of hmac, ed25519, jwt, static, none, fal, gemini, kie, leonardo, openrouter, piapi, standard-webhooks, vidu, but is 'hmca'
            signature=hmac                       | signature-header must be set, because the signature is hmac, but is empty or missing
            signature=static                     | signature-header must be set, because the signature is static, but is empty or missing
            HMAC signature-header=X:S            | signature-header must be the name of a header, but is 'X:S'
            signature=hmac signature-header=X-S  | signature-content must be set, because the signature is hmac, but is empty or missing
            HMAC signature-content={body         | signature-content must be a template such as {id}.{timestamp}.{body}, but is not: a brace is alone
            HMAC signature-content=body          | signature-content must be a template such as {id}.{timestamp}.{body}, but is not: it has no word
            HMAC signature-content={bdy}         | signature-content must be a template such as {id}.{timestamp}.{body}, but is not: it knows no word {bdy}
            HMAC signature-content={header.a:b}  | signature-content must be a template such as {id}.{timestamp}.{body}, but is not: it knows no word {header.a:b}
            HMAC signature-content={path}{body}  | signature-content must be a template such as {id}.{timestamp}.{body}, but is not: a word stands there twice, or beside another without a text between
            HMAC signature-content={body}.{body} | signature-content must be a template such as {id}.{timestamp}.{body}, but is not: a word stands there twice, or beside another without a text between
            HMAC signature-content={path}0{body} | signature-content must be a template such as {id}.{timestamp}.{body}, but is not: the text after a word begins with a letter or digit
            HMAC signature-content={id}.{body}   | signature-id must be set if, and only if, signature-content has {id}, but is missing
            HMAC signature-id=X-Id               | signature-id must be set if, and only if, signature-content has {id}, but the content has none
            HMAC signature-timestamp=X-T         | signature-timestamp must be set if, and only if, signature-content has {timestamp}, but the content has none
            HMAC signature-content={timestamp}.{body} signature-timestamp=x-s | signature-timestamp-prefix must be set with signature-separator where time and signature are in one header, but one of them is missing
            HMAC signature-algorithm=md5         | signature-algorithm must be one of sha256, sha512, but is 'md5'
            HMAC signature-algorithm=RS256       | signature-algorithm must be one of sha256, sha512, but is 'RS256'
            HMAC signature-encoding=base32       | signature-encoding must be one of hex, base64, base64url, but is 'base32'
            HMAC signature-key=pem               | signature-key must be one of text, base64, hex, whsec, but is 'pem'
            HMAC signature-tolerance=0s          | signature-tolerance must be a duration such as 250ms, 30s, 5m, 12h or 7d, at least 1s, but is '0s'
            HMAC signature-content={timestamp}.{body} signature-timestamp=X-T signature-timestamp-unit=us | signature-timestamp-unit must be one of s, ms, rfc3339, but is 'us'
            signature=ed25519 signature-header=X-S signature-content={body} | signature-jwks must be set, because the signature is ed25519, but is empty or missing
            signature=jwt signature-header=X-S signature-algorithm=RS256    | signature-jwks must be set, because the signature is jwt, but is empty or missing
            signature=jwt signature-header=X-S JWKS                         | signature-algorithm must be set, because the signature is jwt, but is empty or missing
            signature=jwt signature-header=X-S JWKS signature-algorithm=none  | signature-algorithm must be one of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA, but is 'none'
            signature=jwt signature-header=X-S JWKS signature-algorithm=HS256 | signature-algorithm must be one of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA, but is 'HS256'
            signature=fal signature-jwks=http://keys.example.test/jwks      | signature-jwks must be an https URL, because keys are believed, but is not
            signature=fal signature-jwks=ftp://keys.example.test/jwks       | signature-jwks must be an http or https URL without user info and query, but is not
            """)
    void namesWhatIsWrong(String values, String line) {
        Settings settings = settings(values);

        assertThatThrownBy(() -> SignatureSettings.read(settings, PREFIX))
                .isInstanceOf(SettingException.class)
                .hasMessage(PREFIX + line);
    }

    @ParameterizedTest
    @MethodSource
    void everyRecipeIsWhole(String recipe) {
        SignatureSettings settings = SignatureSettings.read(settings("signature=" + recipe), PREFIX);

        assertThat(settings.name()).isEqualTo(recipe);
    }

    static Stream<String> everyRecipeIsWhole() {
        return SignatureRecipes.ALL.keySet().stream();
    }

    @Test
    void aSettingReplacesItsPartOfARecipe() {
        SignatureSettings settings = SignatureSettings.read(
                settings("signature=fal signature-jwks=http://127.0.0.1:8080/jwks signature-tolerance=1m"), PREFIX);

        assertThat(settings.keys().jwks()).hasToString("http://127.0.0.1:8080/jwks");
        assertThat(settings.claims().tolerance()).hasValue(java.time.Duration.ofMinutes(1));
        assertThat(settings.value().header()).isEqualTo("X-Fal-Webhook-Signature");
    }

    /** Callbacks that no signature covers are confirmed, which takes credentials of ours. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            signature=none                                                      | false
            signature=standard-webhooks                                         | false
            signature=standard-webhooks callback-secret=whsec_x                 | true
            signature=kie callback-secret=a                                     | false
            signature=vidu callback-secret=a                                    | false
            signature=piapi callback-secret=a                                   | false
            signature=openrouter callback-secret=a                              | true
            signature=openrouter callback-secret=,                              | false
            signature=fal                                                       | true
            signature=gemini                                                    | false
            signature=gemini signature-body-claim=body                          | true
            signature=hmac signature-header=X-S signature-content={body} callback-secret=a        | true
            signature=hmac signature-header=X-S signature-content={body.sha256} callback-secret=a | true
            signature=hmac signature-header=X-S signature-content={body}        | false
            signature=hmac signature-header=X-S signature-content={path} callback-secret=a        | false
            """)
    void needsAnApiKeyUnlessBodiesAreCovered(
            String values, boolean covered, @org.junit.jupiter.api.io.TempDir Path temp) {
        Map<String, String> all = TestProvider.values("p", "unsigned", temp);
        all.remove(PREFIX + "api-key");
        all.putAll(map(values));
        org.assertj.core.api.ThrowableAssert.ThrowingCallable read =
                () -> ProviderSettings.read(TestProvider.settings(all), "p");

        if (covered) {
            assertThatCode(read).doesNotThrowAnyException();
        } else {
            assertThatThrownBy(read).hasMessageStartingWith(PREFIX + "api-key must be set while ");
        }
    }

    private static Settings settings(String values) {
        return TestProvider.settings(map(values.replace("HMAC ", HMAC).replace("JWKS", JWKS.strip())));
    }

    /** Of two values the last one counts. */
    private static Map<String, String> map(String values) {
        Map<String, String> map = new TreeMap<>();
        for (String one : values.strip().split(" +")) {
            String[] parts = one.split("=", 2);
            map.put(PREFIX + parts[0], parts[1]);
        }
        return map;
    }
}
