package io.mediakeep.provider;

import io.mediakeep.settings.SettingException;
import io.mediakeep.settings.Settings;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;

/**
 * The headers of calls to a provider's API: our credentials as {@code mediakeep.<p>.authorization} has them, and what
 * {@code mediakeep.<p>.headers} adds. Thread-safe.
 */
public final class Authorization {
    private static final Pattern LINE = Pattern.compile("([A-Za-z0-9-]{1,64}): *([ -~]{1,1000})");
    private static final String KEY = "{key}";

    private final Settings settings;
    private final Clock clock;
    private final Map<String, BearerJwt> signers = new ConcurrentHashMap<>();

    public Authorization(Settings settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
    }

    /** Puts the headers into the message; a key that is missing is an empty one, and the provider refuses it. */
    public void sign(String account, Exchange exchange) {
        headers(account).forEach(exchange.getMessage()::setHeader);
    }

    Map<String, String> headers(String account) {
        String prefix = "mediakeep." + account + ".";
        Map<String, String> headers = new LinkedHashMap<>(lines(settings, prefix + "headers"));
        lines(settings, prefix + "authorization")
                .forEach((name, value) -> headers.put(name, value.replace(KEY, key(account))));
        return headers;
    }

    /**
     * Header lines by their names.
     *
     * @throws SettingException if one is none; says nothing of what it holds
     */
    public static Map<String, String> lines(Settings settings, String setting) {
        Map<String, String> headers = new LinkedHashMap<>();
        settings.find(setting)
                .ifPresent(text -> text.lines().map(String::strip).forEach(line -> {
                    Matcher matcher = LINE.matcher(line);
                    if (!matcher.matches()) {
                        throw new SettingException(setting, "header lines such as X-Version: 2", "one is not");
                    }
                    headers.put(matcher.group(1), matcher.group(2));
                }));
        return headers;
    }

    /** The API key; without one a JWT signed with {@code secret-key}, renewed before it expires. */
    private String key(String account) {
        String prefix = "mediakeep." + account + ".";
        return settings.find(prefix + "api-key")
                .orElseGet(() -> signers.computeIfAbsent(
                                account,
                                a -> new BearerJwt(
                                        settings.text(prefix + "access-key"),
                                        settings.text(prefix + "secret-key"),
                                        clock))
                        .token());
    }
}
