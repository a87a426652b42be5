package io.mediakeep.fetch;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Tells public addresses from those that a URL from outside must never reach. Immutable, thread-safe. The flags of
 * {@link InetAddress} are not enough: they know neither shared address space nor unique local, NAT64 or 6to4 addresses.
 * Source: IANA special-purpose address registries for IPv4 and IPv6, and the host agent of one cloud.
 */
public final class AddressTable {
    private static final List<Network> FORBIDDEN_IPV4 = networks(
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.31.196.0/24",
            "192.52.193.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "192.175.48.0/24",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
            "168.63.129.16/32");
    private static final List<Network> ALLOWED_IPV6 = networks("2000::/3");
    private static final List<Network> FORBIDDEN_IPV6 =
            networks("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "2620:4f:8000::/48");

    private final Supplier<Set<InetAddress>> own;
    private final Set<InetAddress> ownPublic;

    /** Knows the addresses of this machine's interfaces, read anew for each question because they may change. */
    public AddressTable() {
        this(Set.of());
    }

    /** @param ownPublic addresses under which others reach this machine although no interface has them */
    public AddressTable(Set<InetAddress> ownPublic) {
        this(ownPublic, AddressTable::interfaceAddresses);
    }

    AddressTable(Set<InetAddress> ownPublic, Supplier<Set<InetAddress>> own) {
        this.ownPublic = Set.copyOf(ownPublic);
        this.own = own;
    }

    /**
     * @return false also if the own interfaces cannot be read: without them no address can be called foreign
     */
    public boolean isPublic(InetAddress address) {
        byte[] bytes = unmapped(address.getAddress());
        boolean allowed = bytes.length == 4
                ? !anyContains(FORBIDDEN_IPV4, bytes)
                : anyContains(ALLOWED_IPV6, bytes) && !anyContains(FORBIDDEN_IPV6, bytes);
        return allowed && !isOwn(bytes);
    }

    private boolean isOwn(byte[] bytes) {
        Set<InetAddress> interfaces = own.get();
        return interfaces == null
                || interfaces.stream().anyMatch(mine -> Arrays.equals(unmapped(mine.getAddress()), bytes))
                || ownPublic.stream().anyMatch(mine -> Arrays.equals(unmapped(mine.getAddress()), bytes));
    }

    /** ::ffff:a.b.c.d as a.b.c.d; {@link java.net.Inet6Address} can hold the mapped form. */
    private static byte[] unmapped(byte[] bytes) {
        if (bytes.length != 16 || bytes[10] != -1 || bytes[11] != -1) {
            return bytes;
        }
        for (int i = 0; i < 10; i++) {
            if (bytes[i] != 0) {
                return bytes;
            }
        }
        return Arrays.copyOfRange(bytes, 12, 16);
    }

    private static Set<InetAddress> interfaceAddresses() {
        try {
            return NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .collect(Collectors.toSet());
        } catch (SocketException e) {
            return null;
        }
    }

    private static boolean anyContains(List<Network> networks, byte[] address) {
        return networks.stream().anyMatch(network -> network.contains(address));
    }

    private static List<Network> networks(String... cidrs) {
        return Arrays.stream(cidrs).map(Network::parse).toList();
    }

    private record Network(byte[] prefix, int bits) {
        static Network parse(String cidr) {
            int slash = cidr.indexOf('/');
            try {
                byte[] prefix = InetAddress.getByName(cidr.substring(0, slash)).getAddress();
                return new Network(prefix, Integer.parseInt(cidr.substring(slash + 1)));
            } catch (UnknownHostException e) {
                throw new IllegalArgumentException(cidr + " is not a network", e);
            }
        }

        boolean contains(byte[] address) {
            if (address.length != prefix.length) {
                return false;
            }
            for (int bit = 0; bit < bits; bit++) {
                int mask = 0x80 >> (bit & 7);
                if ((address[bit >> 3] & mask) != (prefix[bit >> 3] & mask)) {
                    return false;
                }
            }
            return true;
        }
    }
}
