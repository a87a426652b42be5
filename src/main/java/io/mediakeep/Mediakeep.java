package io.mediakeep;

import io.mediakeep.announce.Announcements;
import io.mediakeep.callback.CallbackDoor;
import io.mediakeep.callback.CallbackIntake;
import io.mediakeep.callback.CallbackWork;
import io.mediakeep.copy.Copier;
import io.mediakeep.copy.Copies;
import io.mediakeep.copy.CopySettings;
import io.mediakeep.copy.MediaHosts;
import io.mediakeep.database.Database;
import io.mediakeep.database.LedgerLock;
import io.mediakeep.database.LedgerUnavailableException;
import io.mediakeep.database.Partitions;
import io.mediakeep.database.Room;
import io.mediakeep.database.WriteAheadLog;
import io.mediakeep.digest.Checksum;
import io.mediakeep.event.TaskEventReader;
import io.mediakeep.event.TaskEventSchema;
import io.mediakeep.failure.Failure;
import io.mediakeep.fetch.AddressTable;
import io.mediakeep.fetch.FetchLimits;
import io.mediakeep.fetch.Fetcher;
import io.mediakeep.fetch.GuardedResolver;
import io.mediakeep.fetch.HostPatterns;
import io.mediakeep.fetch.UrlGuard;
import io.mediakeep.ledger.CallbackLedger;
import io.mediakeep.ledger.CareLedger;
import io.mediakeep.ledger.DeadLetterLedger;
import io.mediakeep.ledger.HostLedger;
import io.mediakeep.ledger.Ledger;
import io.mediakeep.ledger.LedgerQueries;
import io.mediakeep.ledger.ManifestLedger;
import io.mediakeep.ledger.MediaLedger;
import io.mediakeep.ledger.OutboxLedger;
import io.mediakeep.ledger.PollLedger;
import io.mediakeep.ledger.Recovery;
import io.mediakeep.ledger.Runs;
import io.mediakeep.ledger.TaskLedger;
import io.mediakeep.ledger.TaskRetention;
import io.mediakeep.ledger.UploadLedger;
import io.mediakeep.ledger.UsageLedger;
import io.mediakeep.ledger.VitalsLedger;
import io.mediakeep.manifest.LostLedger;
import io.mediakeep.manifest.Manifests;
import io.mediakeep.mapping.MappingFailures;
import io.mediakeep.mapping.MappingShells;
import io.mediakeep.mapping.Samples;
import io.mediakeep.media.MediaType;
import io.mediakeep.metrics.Counters;
import io.mediakeep.metrics.ProcessMeters;
import io.mediakeep.operate.Api;
import io.mediakeep.operate.ApiDoor;
import io.mediakeep.operate.ApiToken;
import io.mediakeep.operate.Backfill;
import io.mediakeep.operate.Care;
import io.mediakeep.operate.ConsoleParts;
import io.mediakeep.operate.Failures;
import io.mediakeep.operate.Gauges;
import io.mediakeep.operate.LivenessCheck;
import io.mediakeep.operate.ObjectDoor;
import io.mediakeep.operate.ObjectLinks;
import io.mediakeep.operate.Prices;
import io.mediakeep.operate.Progress;
import io.mediakeep.operate.ReadinessCheck;
import io.mediakeep.operate.ReadyLine;
import io.mediakeep.operate.Standing;
import io.mediakeep.operate.Usage;
import io.mediakeep.operate.Vitals;
import io.mediakeep.poll.Polls;
import io.mediakeep.poll.Reads;
import io.mediakeep.provider.AnswerLimit;
import io.mediakeep.provider.ApiAnswers;
import io.mediakeep.provider.ApiProxy;
import io.mediakeep.provider.Authorization;
import io.mediakeep.provider.MediaCredentials;
import io.mediakeep.provider.Products;
import io.mediakeep.provider.ProviderFacts;
import io.mediakeep.server.LimitedVertx;
import io.mediakeep.server.ServerLimits;
import io.mediakeep.settings.ProviderSettings;
import io.mediakeep.settings.Providers;
import io.mediakeep.settings.ProxySettings;
import io.mediakeep.settings.SettingException;
import io.mediakeep.settings.SettingFiles;
import io.mediakeep.settings.Settings;
import io.mediakeep.signature.JwksClient;
import io.mediakeep.signature.SignatureSchemes;
import io.mediakeep.storage.ObjectKeys;
import io.mediakeep.storage.Storage;
import io.mediakeep.storage.StorageBreaker;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;
import org.apache.camel.VetoCamelContextStartException;
import org.apache.camel.component.micrometer.MicrometerConstants;
import org.apache.camel.health.HealthCheckRegistry;
import org.apache.camel.model.Model;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.PropertiesComponent;
import org.apache.camel.spi.Registry;
import org.apache.camel.support.LifecycleStrategySupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the beans that the routes call, from the settings, and binds them by name. Named in {@code application.properties}
 * as {@code camel.main.configurationClasses}, so it runs before the routes are loaded, under Camel Main and under the Camel
 * CLI alike. A wrong setting stops the start here.
 */
public final class Mediakeep implements CamelConfiguration {
    private static final Logger LOG = LoggerFactory.getLogger("mediakeep");

    private static final long MOST_PARTS = 10_000;
    private static final int LEDGER_LOST = 3;
    private static final Pattern VISIBLE = Pattern.compile("[ -~]{1,1000}");
    private static final Pattern PORT = Pattern.compile("\\d{1,5}");

    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    @Override
    public void configure(CamelContext context) {
        try {
            wire(context);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private void wire(CamelContext context) {
        Registry registry = context.getRegistry();
        Clock clock = clock(registry);
        Settings settings = settings(context);
        ProviderFacts facts = facts(context);
        Set<String> names = facts.accounts().keySet();
        checkFiles(settings, facts);
        SettingsCheck.run(settings, names);
        Providers providers = Providers.read(settings, names);
        MeterRegistry meters = meters(registry);
        Counters counters = new Counters(meters);
        counters.prepare(providers.all().stream().map(ProviderSettings::name).toList());
        checkServer(settings);
        ApiToken apiToken = ApiToken.open(settings);
        for (String name : List.of("mediakeep.announce.to", "mediakeep.dead-letter.to", "mediakeep.watch.from")) {
            checkEndpoint(context, settings, name);
        }

        context.addRoutePolicyFactory(new AnswersInUtf8());
        RestoringRoutesLoader routes = RestoringRoutesLoader.install(context);
        LimitedVertx vertx = new LimitedVertx(
                registry.findSingleByType(VertxOptions.class),
                ServerLimits.read(settings),
                counters,
                routes::isReplacing);
        own((AutoCloseable) vertx::shut);
        registry.bind("vertx", vertx);
        own(LedgerLock.take(settings));
        // Both take a while and neither needs the other.
        Opening<StorageBeans> opening = own(Opening.begin("storage-open", () -> StorageBeans.open(settings, names)));
        Room room = Room.of(settings, StorageBeans.directory(settings));
        Database database = own(new Database(settings));
        Partitions.apply(database, settings);
        Ledger ledger = own(new Ledger(database, clock, node(settings)));
        ledger.keepTo(room);
        Duration lease = settings.duration("mediakeep.copy.lease", Duration.ofSeconds(10));
        Runs runs = new Runs(ledger, lease, settings.duration("mediakeep.suspect.pause", Duration.ofMillis(100)));
        database.watch().begin(end(registry));
        Recovery.run(ledger, runs);
        own((AutoCloseable) runs::end);
        OutboxLedger outbox = new OutboxLedger(ledger);
        DeadLetterLedger deadLetters = new DeadLetterLedger(ledger, outbox);
        CallbackLedger callbacks = new CallbackLedger(ledger, deadLetters);
        Products products = new Products(settings);
        TaskLedger tasks = new TaskLedger(
                ledger,
                outbox,
                deadLetters,
                provider -> watchInterval(products, providers.get(provider)),
                provider -> providers
                        .find(provider)
                        .filter(ProviderSettings::readable)
                        .isPresent());
        MediaLedger media = new MediaLedger(ledger, outbox, deadLetters, lease);
        LedgerQueries queries = new LedgerQueries(ledger);
        TaskEventReader events = new TaskEventReader(providers, new TaskEventSchema(), clock);

        StorageBeans storage = opening.get();
        StorageBreaker storageBreaker =
                new StorageBreaker(storage.storage()::check, storage.storage()::checkWrite, clock);
        storage.trouble().ifPresent(storageBreaker::found);
        if (queries.tasks(null, null, null, 1).items().isEmpty()) {
            own(LostLedger.look(storage.storage(), names));
        }
        ObjectKeys keys = keys(settings);
        HostLedger hosts = new HostLedger(ledger, deadLetters);
        Copier copier =
                copier(settings, providers, storage.storage(), keys, media, new UploadLedger(ledger), hosts, clock);
        Copies copies = new Copies(
                media,
                hosts,
                runs,
                copier,
                providers,
                counters,
                storageBreaker,
                clock,
                settings.number("mediakeep.copy.concurrency", 1, 256),
                settings.number("mediakeep.copy.per-host", 0, 256),
                settings.number("mediakeep.copy.max-attempts", 1, 1_000));

        registry.bind("failures", new Failures(counters, clock));
        registry.bind("mappingShells", new MappingShells());
        registry.bind("mappingFailures", new MappingFailures());
        registry.bind("callbackIntake", new CallbackIntake());
        registry.bind(
                "callbackDoor",
                new CallbackDoor(
                        providers,
                        settings.find("mediakeep.callback.public-url")
                                .map(url -> settings.httpUrl("mediakeep.callback.public-url"))
                                .orElse(null),
                        new SignatureSchemes(
                                settings.duration("mediakeep.callback.tolerance", Duration.ofSeconds(1)),
                                new JwksClient(ProxySettings.read(settings)),
                                clock),
                        callbacks,
                        counters,
                        clock));
        registry.bind("callbackWork", new CallbackWork(callbacks, tasks, providers, events, counters));
        AnswerLimit.apply(context, settings.size("mediakeep.poll.max-answer-size", 1 << 16, 1 << 28));
        ProxySettings.read(settings).ifPresent(proxy -> ApiProxy.apply(context, proxy, apiHosts(settings, providers)));
        registry.bind("apiAnswers", new ApiAnswers(settings, clock));
        registry.bind("authorization", new Authorization(settings, clock));
        PollLedger pollLedger = new PollLedger(ledger);
        Polls polls = new Polls(pollLedger, tasks, deadLetters, providers, settings, products, events, counters, clock);
        registry.bind("polls", polls);
        registry.bind("usage", new Usage(new UsageLedger(ledger), new Prices(settings, names), clock));
        registry.bind("backfill", new Backfill(pollLedger, polls::lists, providers));
        registry.bind("reads", new Reads(tasks, deadLetters, providers, settings, products, events, counters, clock));
        // As many threads as reads may run; how many is for each provider's own permits.
        ExecutorService readThreads = Executors.newCachedThreadPool(Mediakeep::readThread);
        own((AutoCloseable) readThreads::shutdownNow);
        registry.bind("readThreads", readThreads);
        registry.bind("copies", copies);
        registry.bind("manifests", new Manifests(new ManifestLedger(ledger), keys, storageBreaker));
        registry.bind("announcements", new Announcements(outbox));
        ApiDoor apiDoor = new ApiDoor(apiToken.value());
        ObjectLinks links = new ObjectLinks(apiToken.value(), clock);
        registry.bind("apiDoor", apiDoor);
        registry.bind("objectDoor", new ObjectDoor(apiDoor, links, queries, storage.storage()));
        Vitals vitals = vitals(meters, ledger, database, room, providers, products, clock);
        Standing standing = own(new Standing(storageBreaker::problem, room::problem, System::nanoTime));
        new Gauges(meters, vitals, clock).ready(standing);
        own(new ProcessMeters(meters, Mediakeep.class.getPackage().getImplementationVersion()));
        registry.bind(
                "api", new Api(queries, tasks, deadLetters, hosts, providers, events, vitals, standing, links, clock));
        registry.bind(
                "care",
                new Care(
                        new CareLedger(ledger),
                        storage.storage(),
                        keys,
                        providers,
                        settings.duration("mediakeep.callback.retention", Duration.ofHours(1)),
                        settings.duration("mediakeep.copy.upload-life", Duration.ZERO)));
        registry.bind("taskRetention", TaskRetention.open(ledger, settings, providers));
        registry.bind("progress", new Progress(queries, clock));
        registry.bind("consoleParts", new ConsoleParts());
        registry.bind("vitals", vitals);
        registry.bind("s3Client", storage.client());

        HealthCheckRegistry health = HealthCheckRegistry.get(context);
        if (health != null) {
            health.register(new ReadinessCheck("ledger", ledger::problem));
            health.register(new ReadinessCheck("storage", storageBreaker::problem));
            health.register(new ReadinessCheck("space", room::problem));
            health.register(new LivenessCheck(ledger::writersAlive));
        }
        SampleCheck samples = new SampleCheck(
                context,
                new Samples(Path.of(settings.text("mediakeep.samples.directory"))),
                providers.all().stream()
                        .map(account -> facts.accounts().get(account.name()))
                        .filter(facts::hasFile)
                        .collect(Collectors.toSet()),
                facts);
        routes.tell(ids -> {
            Set<String> changed = facts.changed(context);
            if (!changed.isEmpty()) {
                LOG.warn("Facts of {} are taken up at the next start", String.join(", ", changed));
            }
            samples.run(ids);
        });
        // The rest of the time is for those that were broken off.
        Duration grace = Duration.ofSeconds(settings.number("camel.main.shutdownTimeout", 1, 3_600) * 2L / 3);
        context.addLifecycleStrategy(new LifecycleStrategySupport() {
            @Override
            public void onContextInitializing(CamelContext starting) throws VetoCamelContextStartException {
                try {
                    checkRoutes(starting, settings, providers, facts);
                    AccountRoutes.add(starting, providers, facts);
                    new RouteSettings(starting, settings).check(providers, facts);
                    counters.prepareStrays(deadLetterRoutes(starting));
                } catch (SettingException e) {
                    close();
                    throw new VetoCamelContextStartException(e.getMessage(), e, starting);
                }
            }

            @Override
            public void onContextStarted(CamelContext started) {
                tellReady(settings, providers, database, storage.storage(), apiToken);
                Thread check = new Thread(samples::run, "samples");
                check.setDaemon(true);
                check.start();
            }

            @Override
            public void onContextStopping(CamelContext stopping) {
                routes.end();
                copies.stop(grace);
            }

            @Override
            public void onContextStopped(CamelContext stopped) {
                try {
                    copies.giveBack();
                } catch (LedgerUnavailableException e) {
                    LOG.warn("Leases stay until they run out: {}", e.getMessage());
                }
                close();
            }
        });
        tellProviders(providers);
    }

    private Copier copier(
            Settings settings,
            Providers providers,
            Storage storage,
            ObjectKeys keys,
            MediaLedger media,
            UploadLedger uploads,
            HostLedger accepted,
            Clock clock) {
        boolean allowPrivate = settings.flag("mediakeep.fetch.allow-private");
        if (allowPrivate) {
            LOG.warn(
                    "mediakeep.fetch.allow-private is on: media may come from this network. For demos and tests only.");
        }
        AddressTable addresses = new AddressTable();
        GuardedResolver resolver = own(new GuardedResolver(addresses, allowPrivate));
        FetchLimits limits = limits(settings);
        Set<Integer> ports = ports(settings);
        Fetcher fetcher = own(new Fetcher(
                limits,
                new UrlGuard(ports, allowPrivate, addresses),
                resolver,
                clock,
                ProxySettings.read(settings).filter(ProxySettings::media)));
        Map<String, HostPatterns> hosts = new HashMap<>();
        Map<String, String> accounts = new HashMap<>();
        Map<String, Set<String>> kinds = new HashMap<>();
        for (ProviderSettings provider : providers.all()) {
            String setting = "mediakeep." + provider.name() + ".media-hosts";
            accounts.put(
                    provider.name(),
                    settings.find("mediakeep." + provider.name() + ".account").orElse("default"));
            kinds.put(provider.name(), kinds(settings, "mediakeep." + provider.name() + ".kinds"));
            try {
                HostPatterns named = HostPatterns.parse(provider.mediaHosts());
                hosts.put(provider.name(), named);
                accepted.wakeAll(provider.name(), named::matches);
            } catch (IllegalArgumentException e) {
                throw new SettingException(setting, "a list of host patterns", "is not: " + e.getMessage());
            }
        }
        CopySettings copies = copySettings(settings, limits);
        MediaCredentials credentials =
                new MediaCredentials(settings, hosts.keySet(), new Authorization(settings, clock));
        return new Copier(
                fetcher,
                storage,
                keys,
                media,
                uploads,
                clock,
                new MediaHosts(hosts, accepted::accepted, credentials::headers),
                accounts,
                kinds,
                copies);
    }

    static FetchLimits limits(Settings settings) {
        int concurrency = settings.number("mediakeep.copy.concurrency", 1, 256);
        return new FetchLimits(
                settings.duration("mediakeep.fetch.connect-timeout", Duration.ofMillis(100)),
                settings.duration("mediakeep.fetch.stall-timeout", Duration.ofMillis(100)),
                settings.size("mediakeep.fetch.min-rate", 0, 1 << 30),
                settings.duration("mediakeep.fetch.rate-window", Duration.ofMillis(100)),
                settings.duration("mediakeep.fetch.deadline", Duration.ofSeconds(1)),
                settings.size("mediakeep.copy.max-size", 1, 5L << 40),
                Duration.ofHours(1),
                settings.matching("mediakeep.fetch.user-agent", VISIBLE, "visible ASCII characters and blanks"),
                concurrency,
                concurrency);
    }

    static CopySettings copySettings(Settings settings, FetchLimits limits) {
        int partSize = (int) settings.size("mediakeep.copy.part-size", 5 << 20, 16 << 20);
        if (limits.maxSize() > MOST_PARTS * partSize) {
            throw new SettingException(
                    "mediakeep.copy.max-size",
                    "at most " + MOST_PARTS + " times mediakeep.copy.part-size, which is what S3 takes",
                    "is larger");
        }
        return new CopySettings(
                settings.number("mediakeep.copy.concurrency", 1, 256),
                partSize,
                settings.duration("mediakeep.copy.upload-life", limits.deadline()),
                settings.oneOf("mediakeep.copy.checksum", Checksum.Algorithm.class));
    }

    static Set<String> kinds(Settings settings, String name) {
        Set<String> kinds = Set.copyOf(settings.list(name));
        if (!MediaType.ALL_KINDS.containsAll(kinds)) {
            throw Settings.wrong(
                    name, "a list of " + String.join(", ", new TreeSet<>(MediaType.ALL_KINDS)), settings.text(name));
        }
        return kinds.isEmpty() ? MediaType.MEDIA_KINDS : kinds;
    }

    private static Set<String> apiHosts(Settings settings, Providers providers) {
        return providers.all().stream()
                .map(provider -> URI.create(settings.httpUrl("mediakeep." + provider.name() + ".api-url"))
                        .getHost())
                .collect(Collectors.toSet());
    }

    private static Vitals vitals(
            MeterRegistry meters,
            Ledger ledger,
            Database database,
            Room room,
            Providers providers,
            Products products,
            Clock clock) {
        VitalsLedger numbers = new VitalsLedger(
                ledger, providers.all().stream().map(ProviderSettings::name).toList());
        WriteAheadLog log = new WriteAheadLog(database);
        Vitals vitals = new Vitals(numbers, log, System::nanoTime);
        Map<String, List<String>> lists = new HashMap<>();
        for (ProviderSettings provider : providers.all()) {
            lists.put(provider.name(), provider.readable() ? products.lists(provider.name()) : List.of());
        }
        new Gauges(meters, vitals, clock).register(lists, numbers, log, room);
        return vitals;
    }

    static Set<Integer> ports(Settings settings) {
        String name = "mediakeep.fetch.ports";
        Set<Integer> ports = settings.list(name, PORT, "port numbers from 1 to 65535").stream()
                .map(Integer::valueOf)
                .collect(Collectors.toSet());
        if (ports.isEmpty() || ports.stream().anyMatch(port -> port < 1 || port > 65_535)) {
            throw Settings.wrong(name, "a list of port numbers from 1 to 65535", settings.text(name));
        }
        return ports;
    }

    static ObjectKeys keys(Settings settings) {
        String name = "mediakeep.storage.key";
        String template = settings.text(name);
        try {
            return new ObjectKeys(template);
        } catch (IllegalArgumentException e) {
            throw new SettingException(name, "a template that names each object once", "is not: " + e.getMessage());
        }
    }

    private static void checkServer(Settings settings) {
        checkAddress(settings, "mediakeep.http.");
        checkAddress(settings, "mediakeep.management.");
    }

    /** Camel goes on without a server where it cannot listen, so this is tried first. */
    private static void checkAddress(Settings settings, String prefix) {
        String host = settings.text(prefix + "host");
        int port = settings.number(prefix + "port", 0, 65_535);
        InetSocketAddress address = new InetSocketAddress(host, port);
        if (address.isUnresolved()) {
            throw Settings.wrong(prefix + "host", "a name or an address of this machine", host);
        }
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(address);
        } catch (IOException e) {
            throw new SettingException(
                    prefix + "port", "a port that can be listened on at " + host, port + " is not: " + e.getMessage());
        }
    }

    private static void checkEndpoint(CamelContext context, Settings settings, String name) {
        String scheme = settings.text(name).replaceFirst(":.*", "");
        if (context.getComponent(scheme, true, false) == null) {
            throw new SettingException(
                    name,
                    "an endpoint of a Camel component that is on the class path",
                    "there is no component '" + scheme + "'");
        }
    }

    /** Camel starts without a word where its pattern finds no file, such as in a directory that is a symbolic link. */
    private static void checkRoutes(CamelContext context, Settings settings, Providers providers, ProviderFacts facts) {
        Model model = context.getCamelContextExtension().getContextPlugin(Model.class);
        if (model.getRouteDefinitions().isEmpty()) {
            throw new SettingException(
                    "camel.main.routesIncludePattern",
                    "a pattern that finds the route files, in directories that are no symbolic links",
                    "'" + settings.find("camel.main.routesIncludePattern").orElse("") + "' finds none in "
                            + Path.of("").toAbsolutePath());
        }
        for (ProviderSettings provider : providers.all()) {
            String route = facts.accounts().get(provider.name()) + "-normalize";
            if (model.getRouteDefinition(route) == null) {
                throw noRoute(provider.name(), route);
            }
        }
    }

    /** A provider may be described by settings alone, but not at all it may not. */
    private static void checkFiles(Settings settings, ProviderFacts facts) {
        for (String account : facts.accounts().keySet()) {
            String prefix = "mediakeep." + account + ".";
            boolean told =
                    facts.hasFile(account) || settings.find(prefix + "api-url").isPresent();
            if (!told && settings.flag(prefix + "enabled")) {
                throw noRoute(account, account + "-normalize");
            }
        }
    }

    private static SettingException noRoute(String account, String route) {
        return new SettingException(
                "mediakeep." + account + ".enabled",
                "true only for a provider that has a route " + route,
                "no route file has it");
    }

    private static List<String> deadLetterRoutes(CamelContext context) {
        Model model = context.getCamelContextExtension().getContextPlugin(Model.class);
        return model.getRouteDefinitions().stream()
                .filter(route -> "work-errors".equals(route.getRouteConfigurationId()))
                .map(RouteDefinition::getRouteId)
                .toList();
    }

    /** A provider without lists is watched: every open task is read on its own. */
    private static Duration watchInterval(Products products, ProviderSettings provider) {
        boolean watched = !products.isListed(provider.name()) && provider.readable();
        return watched ? provider.pollInterval() : Duration.ZERO;
    }

    /** What came from a file is what placeholders in routes get too. Those of an {@link Inspection} go before all others. */
    static Settings settings(CamelContext context) {
        PropertiesComponent properties = context.getPropertiesComponent();
        SettingFiles all =
                new SettingFiles(properties::resolveProperty, System.getenv(), properties::addOverrideProperty);
        Map<?, ?> first = context.getRegistry().lookupByNameAndType(Inspection.SETTINGS, Map.class);
        return new Settings(name ->
                first != null && first.get(name) instanceof String value ? Optional.of(value) : all.apply(name));
    }

    static ProviderFacts facts(CamelContext context) {
        String pattern = context.getPropertiesComponent()
                .resolveProperty("camel.main.routesIncludePattern")
                .orElse(null);
        try {
            return ProviderFacts.install(context, pattern);
        } catch (SettingException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("the files of the providers cannot be read: " + e.getMessage(), e);
        }
    }

    /** In a thread of its own, because the end of the process waits for the one that asked for it. */
    private static Runnable end(Registry registry) {
        Runnable bound = registry.lookupByNameAndType("endOfProcess", Runnable.class);
        return bound != null ? bound : () -> new Thread(() -> System.exit(LEDGER_LOST), "end").start();
    }

    private static Clock clock(Registry registry) {
        Clock bound = registry.lookupByNameAndType("clock", Clock.class);
        return bound != null ? bound : Clock.systemUTC();
    }

    private static MeterRegistry meters(Registry registry) {
        MeterRegistry bound =
                registry.lookupByNameAndType(MicrometerConstants.METRICS_REGISTRY_NAME, MeterRegistry.class);
        if (bound == null) {
            bound = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
            registry.bind(MicrometerConstants.METRICS_REGISTRY_NAME, bound);
        }
        return bound;
    }

    private static String node(Settings settings) {
        return settings.find("mediakeep.node").orElseGet(() -> {
            String host;
            try {
                host = InetAddress.getLocalHost().getHostName();
            } catch (UnknownHostException e) {
                host = "node";
            }
            return host + "-" + UUID.randomUUID().toString().substring(0, 8);
        });
    }

    private static void tellProviders(Providers providers) {
        List<ProviderSettings> enabled = List.copyOf(providers.all());
        if (enabled.isEmpty()) {
            LOG.info("No provider is enabled: set mediakeep.kling.enabled=true (or vidu, suno) with its callback-token"
                    + " and api-key in application.properties");
            return;
        }
        for (ProviderSettings provider : enabled) {
            LOG.info(
                    "Provider {}: callbacks {}, polls and reads {}",
                    provider.name(),
                    provider.callbackToken().isPresent()
                            ? "at /callbacks/" + provider.name() + "/<token>"
                            : "off (no token)",
                    provider.readable() ? "on" : "off (no api-key)");
        }
    }

    private static Thread readThread(Runnable work) {
        Thread thread = new Thread(work, "mediakeep-read");
        thread.setDaemon(true);
        return thread;
    }

    private static void tellReady(
            Settings settings, Providers providers, Database database, Storage storage, ApiToken token) {
        String http = "http://" + address(settings, "mediakeep.http.");
        ReadyLine line = new ReadyLine(
                http + "/",
                settings.find("mediakeep.callback.public-url").orElse(http) + "/callbacks/<provider>/<token>",
                "http://" + address(settings, "mediakeep.management.") + "/observe/",
                providers.all().isEmpty()
                        ? "none"
                        : providers.all().stream().map(ProviderSettings::name).collect(Collectors.joining(", ")),
                database.place(),
                token);
        line.tellWhenOpen(List.of(door(settings, "mediakeep.http."), door(settings, "mediakeep.management.")), () -> {
            try {
                storage.checkBucket(false);
                return StorageBeans.place(settings);
            } catch (Failure e) {
                return StorageBeans.place(settings) + " (not usable now: " + e.getMessage() + ")";
            }
        });
    }

    /** As somebody on this machine would write it. */
    private static String address(Settings settings, String prefix) {
        String host = settings.text(prefix + "host");
        InetAddress bound = new InetSocketAddress(host, 0).getAddress();
        boolean any = bound != null && bound.isAnyLocalAddress();
        return (any ? "localhost" : host.contains(":") ? "[" + host + "]" : host) + ":"
                + settings.text(prefix + "port");
    }

    private static InetSocketAddress door(Settings settings, String prefix) {
        InetSocketAddress bound =
                new InetSocketAddress(settings.text(prefix + "host"), settings.number(prefix + "port", 0, 65_535));
        return bound.getAddress() != null && bound.getAddress().isAnyLocalAddress()
                ? new InetSocketAddress(InetAddress.getLoopbackAddress(), bound.getPort())
                : bound;
    }

    private <T extends AutoCloseable> T own(T resource) {
        open.push(resource);
        return resource;
    }

    private void close() {
        while (!open.isEmpty()) {
            AutoCloseable resource = open.pop();
            try {
                resource.close();
            } catch (Exception e) {
                LOG.debug("Closing {} failed", resource.getClass().getSimpleName(), e);
            }
        }
    }
}
