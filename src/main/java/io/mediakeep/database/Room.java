package io.mediakeep.database;

import io.mediakeep.settings.SettingException;
import io.mediakeep.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Whether the disks of this node have room: where they have not, callbacks are answered 503, and nothing is claimed that
 * would fill them, while there is still room to finish what runs. Looks at a disk once a second at most. Thread-safe.
 */
public final class Room {
    /** For a ledger and a bucket that are not on disks of this node. */
    public static final Room ENDLESS = new Room(0, List.of(), System::nanoTime);

    private static final String SETTING = "mediakeep.ledger.min-free";
    private static final long LOOK_NANOS = 1_000_000_000L;

    private final long least;
    private final List<Place> places;
    private final LongSupplier nanos;

    Room(long least, List<Place> places, LongSupplier nanos) {
        this.least = least;
        this.places = List.copyOf(places);
        this.nanos = nanos;
    }

    /** How many bytes a file system can still take. */
    @FunctionalInterface
    interface Disk {
        long free() throws IOException;
    }

    /**
     * @param bucket where the embedded S3 server keeps objects, null without one
     * @throws SettingException if there is too little room to start
     */
    public static Room of(Settings settings, Path bucket) {
        long least = settings.size(SETTING, 0, 1L << 50);
        List<Place> places = new ArrayList<>();
        Database.sqliteFile(settings.text("mediakeep.ledger.url"))
                .ifPresent(file -> places.add(new Place("ledger", file.getParent(), disk(file.getParent()))));
        if (bucket != null) {
            places.add(new Place("bucket", bucket.toAbsolutePath(), disk(bucket.toAbsolutePath())));
        }
        Room room = new Room(least, places, System::nanoTime);
        for (Place place : places) {
            long free = place.free(room.nanos.getAsLong());
            if (free < least) {
                throw new SettingException(
                        SETTING,
                        "less than what is free where the " + place.name + " is",
                        place.directory + " has " + mebibytes(free) + " free and " + mebibytes(least)
                                + " are asked for");
            }
        }
        return room;
    }

    /** What is short, for an operator; null if nothing is. */
    public String problem() {
        for (Place place : places) {
            long free = place.free(nanos.getAsLong());
            if (free < least) {
                return "the disk of the " + place.name + ", " + place.directory + ", has " + mebibytes(free)
                        + " free, less than " + SETTING + " = " + mebibytes(least);
            }
        }
        return null;
    }

    /** Free bytes of a place, empty if it is not on a disk of this node. */
    public Optional<Long> free(String place) {
        return places.stream()
                .filter(p -> p.name.equals(place))
                .map(p -> p.free(nanos.getAsLong()))
                .findFirst();
    }

    /** Whether callbacks may be taken: they fill the ledger alone. */
    public boolean forCallbacks() {
        return places.stream().noneMatch(p -> p.name.equals("ledger") && p.free(nanos.getAsLong()) < least);
    }

    /** Whether polls and copies may begin. */
    public boolean forMore() {
        return places.stream().noneMatch(p -> p.free(nanos.getAsLong()) < least);
    }

    private static Disk disk(Path directory) {
        return () -> {
            Path there = directory;
            while (there.getParent() != null && !Files.exists(there)) {
                there = there.getParent();
            }
            return Files.getFileStore(there).getUsableSpace();
        };
    }

    private static String mebibytes(long bytes) {
        return (bytes >> 20) + " MiB";
    }

    /** A directory and what was last seen of its disk. */
    static final class Place {
        private final String name;
        private final Path directory;
        private final Disk disk;
        private Long lookedAt;
        private long free = Long.MAX_VALUE;

        Place(String name, Path directory, Disk disk) {
            this.name = name;
            this.directory = directory;
            this.disk = disk;
        }

        private synchronized long free(long now) {
            if (lookedAt == null || now - lookedAt >= LOOK_NANOS) {
                lookedAt = now;
                try {
                    free = disk.free();
                } catch (IOException e) {
                    // The last word holds; what the disk itself refuses is told by whoever meets it.
                }
            }
            return free;
        }
    }
}
