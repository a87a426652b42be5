package io.mediakeep;

import io.mediakeep.provider.Products;
import io.mediakeep.settings.ProviderSettings;
import io.mediakeep.settings.SettingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.sqlite.JDBC;

/**
 * The polls of the product, with the routes and settings as they are, but into a ledger of their own that is thrown away: nothing is
 * copied, received or announced, and the ledger of the product is not touched. One walk through each list. Not thread-safe.
 */
final class Inspection implements AutoCloseable {
    /** Name of the bean that holds settings which go before all others, also before the environment. */
    static final String SETTINGS = "settings";

    /** A list that failed so often is not tried any more. */
    private static final int MOST_FAILURES = 3;

    private static final long LOOK_MILLIS = 200;

    private final Path folder;
    private final String url;
    private final org.apache.camel.main.Main main = new org.apache.camel.main.Main();
    /** By account and list: what is wrong, empty for nothing. */
    private final Map<String, String> walked = new TreeMap<>();

    /**
     * @param locations of the properties, as Camel takes them
     * @param more      settings on top of them
     * @throws SettingException if a setting is wrong
     */
    Inspection(String locations, Map<String, String> more) throws Exception {
        folder = Files.createTempDirectory("mediakeep-");
        url = "jdbc:sqlite:" + folder.resolve("ledger.db");
        try (SettingsOnly product = new SettingsOnly(locations)) {
            String files = RouteParts.without(product.context(), product.settings(), RouteParts.WORK).stream()
                    .map(org.apache.camel.spi.Resource::getLocation)
                    .collect(Collectors.joining(","));
            main.addOverrideProperty("camel.main.routesIncludePattern", files);
        }
        Map.of(
                        "camel.main.routesReloadEnabled", "false",
                        "camel.server.enabled", "false",
                        "camel.management.enabled", "false",
                        "camel.main.shutdownTimeout", "3")
                .forEach(main::addOverrideProperty);
        Map<String, String> settings = new HashMap<>(Map.of(
                "mediakeep.ledger.url", url,
                "mediakeep.ledger.min-free", "0",
                "mediakeep.http.port", "0",
                "mediakeep.management.port", "0",
                "mediakeep.api.token", UUID.randomUUID().toString()));
        settings.putAll(more);
        main.bind(SETTINGS, settings);
        main.setPropertyPlaceholderLocations(locations);
        try {
            main.start();
        } catch (Exception e) {
            close();
            throw e;
        }
    }

    CamelContext context() {
        return main.getCamelContext();
    }

    /** Waits until each list has been walked once; by account and list what went wrong, empty for nothing. */
    Map<String, String> walk(Iterable<ProviderSettings> accounts, Products products)
            throws SQLException, InterruptedException {
        for (ProviderSettings account : accounts) {
            products.lists(account.name()).forEach(list -> walked.put(account.name() + " " + list, null));
        }
        try (Connection connection = open()) {
            while (walked.containsValue(null)) {
                look(connection);
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            }
        }
        return walked;
    }

    private void look(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                        "SELECT provider || ' ' || list, succeeded_at, failures, problem FROM poll");
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                String problem = rows.getString(4) == null ? "" : rows.getString(4);
                if (rows.getObject(2) != null || rows.getInt(3) >= MOST_FAILURES || problem.contains("HTTP 40")) {
                    walked.replace(rows.getString(1), problem);
                }
            }
        }
    }

    /** Reads what the lists have shown. */
    Connection open() throws SQLException {
        return new JDBC().connect(url, new java.util.Properties());
    }

    @Override
    public void close() {
        main.stop();
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new SettingException("the folder for temporary files", "one that can be emptied", "is not");
        }
    }
}
