package io.mediakeep.fetch;

import io.mediakeep.failure.FinalFailure;
import io.mediakeep.failure.RetryableFailure;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.apache.hc.client5.http.DnsResolver;

/**
 * Name resolution that lets no name lead to a forbidden address. It is the connection's own resolver, so the addresses it
 * checked are the ones that are connected to and a second answer cannot replace them. Thread-safe.
 */
public final class GuardedResolver implements DnsResolver, AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int MAX_LOOKUPS = 16;

    private final Predicate<InetAddress> allowed;
    private final Lookup lookup;
    private final Duration patience;
    private final ConcurrentMap<String, CompletableFuture<InetAddress[]>> running = new ConcurrentHashMap<>();
    private final ThreadPoolExecutor lookups;

    /** @param allowPrivate lets every address through; for demos and tests only */
    public GuardedResolver(AddressTable addresses, boolean allowPrivate) {
        this(allowPrivate ? any -> true : addresses::isPublic, InetAddress::getAllByName, PATIENCE);
    }

    GuardedResolver(Predicate<InetAddress> allowed, Lookup lookup, Duration patience) {
        this.allowed = allowed;
        this.lookup = lookup;
        this.patience = patience;
        this.lookups = new ThreadPoolExecutor(
                MAX_LOOKUPS, MAX_LOOKUPS, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "mediakeep-lookup");
                    thread.setDaemon(true);
                    return thread;
                });
        lookups.allowCoreThreadTimeOut(true);
    }

    /**
     * @return all addresses of the host, each of them allowed
     * @throws FinalFailure     {@code url_address} if a single one is forbidden
     * @throws RetryableFailure {@code dns} if the name is unknown or the name server stays silent
     */
    @Override
    public InetAddress[] resolve(String host) {
        InetAddress[] answer = ask(host);
        for (InetAddress address : answer) {
            if (!allowed.test(address)) {
                throw new FinalFailure("url_address", host + " leads to an address that may not be reached");
            }
        }
        return answer;
    }

    @Override
    public String resolveCanonicalHostname(String host) {
        return host;
    }

    @Override
    public void close() {
        lookups.shutdownNow();
    }

    private InetAddress[] ask(String host) {
        CompletableFuture<InetAddress[]> pending = begin(host);
        try {
            InetAddress[] answer = pending.get(patience.toNanos(), TimeUnit.NANOSECONDS);
            if (answer == null || answer.length == 0) {
                throw new RetryableFailure("dns", host + " has no address");
            }
            return answer.clone();
        } catch (TimeoutException e) {
            throw new RetryableFailure("dns", "no answer from the name service for " + host + " within " + patience);
        } catch (ExecutionException e) {
            throw new RetryableFailure("dns", host + " cannot be resolved", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RetryableFailure("dns", "interrupted while resolving " + host, e);
        }
    }

    /** One lookup per name at a time: a silent name server holds one thread, not one for each download. */
    private CompletableFuture<InetAddress[]> begin(String host) {
        try {
            CompletableFuture<InetAddress[]> pending =
                    running.computeIfAbsent(host, name -> CompletableFuture.supplyAsync(() -> lookUp(name), lookups));
            pending.whenComplete((answer, failure) -> running.remove(host, pending));
            return pending;
        } catch (RejectedExecutionException e) {
            throw new RetryableFailure("dns", "the resolver is closed", e);
        }
    }

    private InetAddress[] lookUp(String host) {
        try {
            return lookup.addresses(host);
        } catch (UnknownHostException e) {
            throw new CompletionException(e);
        }
    }

    /** Asks the name service, whatever it is. */
    @FunctionalInterface
    interface Lookup {
        InetAddress[] addresses(String host) throws UnknownHostException;
    }
}
