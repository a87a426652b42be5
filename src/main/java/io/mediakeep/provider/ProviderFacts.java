package io.mediakeep.provider;

import io.mediakeep.settings.SettingException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.Ordered;
import org.apache.camel.spi.PropertiesSource;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;

/**
 * The accounts and what is known of each: a provider's file has the facts, and {@code mediakeep.<account>.provider} names the
 * file of another account of that provider; where that is not set, an account is named like its provider. A source of
 * properties, asked after all others. Immutable, thread-safe.
 */
public final class ProviderFacts implements PropertiesSource, Ordered {
    private static final Pattern SWITCH = Pattern.compile("mediakeep\\.([^.]+)\\.(?:enabled|provider)");
    private static final Pattern VARIABLE = Pattern.compile("MEDIAKEEP_([A-Z0-9_]+)_(ENABLED|PROVIDER)");
    private static final Pattern SETTING = Pattern.compile("mediakeep\\.([^.]+)\\.(.+)");

    private static final Map<String, String> WITHOUT_FILE = new Provider().facts();

    /** By the name of the provider. */
    private final Map<String, Map<String, String>> facts = new TreeMap<>();
    /** The provider by the name of the account. */
    private final Map<String, String> accounts = new TreeMap<>();

    private ProviderFacts(
            Map<String, Provider> files, Properties properties, Function<String, Optional<String>> settings) {
        files.forEach((name, file) -> facts.put(name, Map.copyOf(file.facts())));
        Set<String> names = new TreeSet<>(files.keySet());
        Stream.of(
                        properties.stringPropertyNames().stream(),
                        System.getProperties().stringPropertyNames().stream(),
                        System.getenv().keySet().stream().map(ProviderFacts::setting))
                .flatMap(all -> all)
                .map(SWITCH::matcher)
                .filter(Matcher::matches)
                .forEach(matcher -> names.add(matcher.group(1)));
        for (String name : names) {
            String setting = "mediakeep." + name + ".provider";
            String provider = settings.apply(setting)
                    .map(String::strip)
                    .filter(s -> !s.isEmpty())
                    .orElse(name);
            if (!provider.equals(name) && (!files.containsKey(provider) || files.containsKey(name))) {
                throw new SettingException(
                        setting,
                        "the name of a provider that has a file, for an account that has none: "
                                + String.join(", ", new TreeSet<>(files.keySet())),
                        "'" + provider + "' is not");
            }
            accounts.put(name, provider);
        }
    }

    /**
     * Reads the facts from the files that Camel has loaded, or loads them where it has not yet, and gives them to the settings.
     *
     * @param pattern of the route files, as {@code camel.main.routesIncludePattern} has it; null for none
     * @throws SettingException if an account names a provider that has no file
     */
    public static ProviderFacts install(CamelContext context, String pattern) throws Exception {
        Map<String, Provider> files = context.getRegistry().findByTypeWithName(Provider.class);
        if (files.isEmpty() && pattern != null) {
            for (String part : pattern.split(",")) {
                for (Resource file :
                        PluginHelper.getPackageScanResourceResolver(context).findResources(part.strip())) {
                    PluginHelper.getRoutesLoader(context).preParseRoute(file, true);
                }
            }
            files = context.getRegistry().findByTypeWithName(Provider.class);
        }
        ProviderFacts facts = new ProviderFacts(
                files,
                context.getPropertiesComponent().loadProperties(),
                name -> context.getPropertiesComponent().resolveProperty(name));
        context.getPropertiesComponent().addPropertiesSource(facts);
        return facts;
    }

    /** The setting of a switch that an environment variable gives; a name of an account has no dots. */
    private static String setting(String variable) {
        Matcher matcher = VARIABLE.matcher(variable);
        return matcher.matches()
                ? "mediakeep." + matcher.group(1).toLowerCase(Locale.ROOT).replace('_', '-') + "."
                        + matcher.group(2).toLowerCase(Locale.ROOT)
                : "";
    }

    /** The providers whose files say something else by now. */
    public Set<String> changed(CamelContext context) {
        Set<String> changed = new TreeSet<>();
        context.getRegistry().findByTypeWithName(Provider.class).forEach((name, file) -> {
            if (!file.facts().equals(facts.get(name))) {
                changed.add(name);
            }
        });
        return changed;
    }

    /** Whether there is a file that the account uses. */
    public boolean hasFile(String account) {
        return facts.containsKey(accounts.getOrDefault(account, account));
    }

    /** The provider whose file each account uses, by the name of the account, on or off. */
    public Map<String, String> accounts() {
        return Map.copyOf(accounts);
    }

    @Override
    public String getName() {
        return "providers";
    }

    @Override
    public String getProperty(String name) {
        Matcher matcher = SETTING.matcher(name);
        if (!matcher.matches()) {
            return null;
        }
        String account = matcher.group(1);
        if (matcher.group(2).equals("enabled") && accounts.containsKey(account)) {
            return "false";
        }
        String provider = accounts.get(account);
        return provider == null
                ? null
                : facts.getOrDefault(provider, WITHOUT_FILE).get(matcher.group(2));
    }

    /** After all that a user sets. */
    @Override
    public int getOrder() {
        return LOWEST;
    }
}
