package io.mediakeep.fetch;

import static io.mediakeep.fetch.UrlGuardTest.address;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mediakeep.failure.FinalFailure;
import io.mediakeep.failure.RetryableFailure;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GuardedResolverTest {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private final AddressTable table = new AddressTable(Set.of(address("8.8.4.4")), Set::of);

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({
        "E01, 127.0.0.1",
        "E02, 127.255.255.254",
        "E03, ::1",
        "E04, 0.0.0.0",
        "E04, ::",
        "E05, 127.0.0.1",
        "E08, 127.0.0.1",
        "E09, 10.0.0.1",
        "E10, 172.31.255.254",
        "E11, 192.168.1.1",
        "E12, 169.254.169.254",
        "E13, ::ffff:169.254.169.254",
        "E14, ::ffff:a9fe:a9fe",
        "E15, 64:ff9b::a9fe:a9fe",
        "E16, 2002:a9fe:a9fe::",
        "E17, fd00:ec2::254",
        "E18, fe80::1",
        "E19, fc00::1",
        "E20, 100.64.0.1",
        "E21, 100.100.100.200",
        "E22, 168.63.129.16",
        "E23, 224.0.0.1",
        "E24, 240.0.0.1",
        "E24, 255.255.255.255",
        "E25, 192.0.2.10",
        "E25, 198.51.100.10",
        "E25, 203.0.113.10",
        "E26, 198.18.0.1",
        "E26, 198.19.255.255",
        "E27, 8.8.4.4",
        "F05, 169.254.169.254",
        "more, 2001::1",
        "more, 2001:db8::1",
        "more, 3fff::1",
        "more, 2620:4f:8000::1",
        "more, ::8.8.8.8",
        "more, ff02::1",
        "more, 4000::1",
        "more, 192.0.0.1",
        "more, 192.31.196.1",
        "more, 192.52.193.1",
        "more, 192.88.99.1",
        "more, 192.175.48.1",
    })
    void blocksNameThatLeadsTo(String row, String literal) {
        assertBlocked(answering(literal));
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({
        "E30, 8.8.8.8",
        "more, 100.63.255.255",
        "more, 100.128.0.0",
        "more, 172.32.0.1",
        "more, 223.255.255.255",
        "more, 168.63.129.17",
        "more, ::ffff:8.8.8.8",
        "more, 2606:4700::1",
        "more, 2001:200::1",
    })
    void passesNameThatLeadsTo(String row, String literal) {
        assertThat(answering(literal).resolve("h.example.test")).containsExactly(address(literal));
    }

    @Test
    void f01F02F04BlocksIfOneOfSeveralAddressesIsForbidden() {
        assertBlocked(answering("10.0.0.5"));
        assertBlocked(answering("8.8.8.8", "192.168.0.9"));
        assertBlocked(answering("8.8.8.8", "::1"));
    }

    @Test
    void judgesMappedAddressThatJavaKeptAsIpv6() throws UnknownHostException {
        byte[] mapped = new byte[16];
        mapped[10] = mapped[11] = -1;
        System.arraycopy(address("169.254.169.254").getAddress(), 0, mapped, 12, 4);
        assertThat(table.isPublic(Inet6Address.getByAddress("h.example.test", mapped, -1)))
                .isFalse();
    }

    @Test
    void e27KnowsOwnInterfaces() throws Exception {
        InetAddress own = address("8.8.8.8");
        assertThat(new AddressTable(Set.of(), () -> Set.of(own)).isPublic(own)).isFalse();
        assertThat(new AddressTable(Set.of(), () -> null).isPublic(own)).isFalse();
        AddressTable real = new AddressTable();
        assertThat(NetworkInterface.networkInterfaces().flatMap(NetworkInterface::inetAddresses))
                .isNotEmpty()
                .noneMatch(real::isPublic);
        assertThat(real.isPublic(own)).isTrue();
    }

    @Test
    void f03AsksOnce() throws UnknownHostException {
        AtomicInteger asked = new AtomicInteger();
        try (GuardedResolver resolver = new GuardedResolver(
                table::isPublic,
                host -> new InetAddress[] {address(asked.getAndIncrement() == 0 ? "8.8.8.8" : "127.0.0.1")},
                PATIENCE)) {
            assertThat(resolver.resolve("h.example.test", 443))
                    .singleElement()
                    .satisfies(target -> assertThat(target.getAddress()).isEqualTo(address("8.8.8.8")));
            assertThat(asked).hasValue(1);
            assertBlocked(resolver);
        }
    }

    @Test
    void f06UnknownNameIsTriedAgain() {
        try (GuardedResolver resolver = new GuardedResolver(
                table::isPublic,
                host -> {
                    throw new UnknownHostException(host);
                },
                PATIENCE)) {
            assertDns(resolver, "h.example.test");
        }
    }

    @Test
    void f07SilentNameServerHoldsUpNobodyElse() {
        CountDownLatch never = new CountDownLatch(1);
        try (GuardedResolver resolver = new GuardedResolver(
                table::isPublic,
                host -> {
                    if (host.startsWith("silent")) {
                        await(never);
                    }
                    return new InetAddress[] {address("8.8.8.8")};
                },
                Duration.ofMillis(50))) {
            for (int i = 0; i < 40; i++) {
                assertDns(resolver, "silent.example.test");
            }
            assertThat(resolver.resolve("h.example.test")).hasSize(1);
        } finally {
            never.countDown();
        }
    }

    @Test
    void letsPrivateAddressesThroughOnlyWhenAllowed() {
        try (GuardedResolver open = new GuardedResolver(table, true);
                GuardedResolver closed = new GuardedResolver(table, false)) {
            assertThat(open.resolve("127.0.0.1")).containsExactly(address("127.0.0.1"));
            assertBlocked(closed, "127.0.0.1");
        }
    }

    private GuardedResolver answering(String... literals) {
        return new GuardedResolver(
                table::isPublic,
                host -> Arrays.stream(literals).map(UrlGuardTest::address).toArray(InetAddress[]::new),
                PATIENCE);
    }

    private static void assertBlocked(GuardedResolver resolver) {
        assertBlocked(resolver, "h.example.test");
    }

    private static void assertBlocked(GuardedResolver resolver, String host) {
        assertThatThrownBy(() -> resolver.resolve(host))
                .isInstanceOfSatisfying(
                        FinalFailure.class,
                        failure -> assertThat(failure.reason()).isEqualTo("url_address"));
    }

    private static void assertDns(GuardedResolver resolver, String host) {
        assertThatThrownBy(() -> resolver.resolve(host))
                .isInstanceOfSatisfying(
                        RetryableFailure.class,
                        failure -> assertThat(failure.reason()).isEqualTo("dns"));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
