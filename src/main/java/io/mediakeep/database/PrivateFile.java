package io.mediakeep.database;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** A file that only its owner may read, where the file system knows owners. */
public final class PrivateFile {
    private static final Set<PosixFilePermission> OWNER = PosixFilePermissions.fromString("rw-------");
    private static final FileAttribute<?> OWNER_ONLY = PosixFilePermissions.asFileAttribute(OWNER);

    private PrivateFile() {}

    /** Makes an empty file; one that is there keeps the rights it has. */
    public static void create(Path file) throws IOException {
        try {
            if (knowsOwners(file)) {
                Files.createFile(file, OWNER_ONLY);
            } else {
                Files.createFile(file);
            }
        } catch (FileAlreadyExistsException e) {
            // its rights are the user's own
        }
    }

    /** Takes all further rights away. Returns whether there were any. */
    public static boolean restrict(Path file) throws IOException {
        if (!knowsOwners(file) || OWNER.containsAll(Files.getPosixFilePermissions(file))) {
            return false;
        }
        Files.setPosixFilePermissions(file, OWNER);
        return true;
    }

    private static boolean knowsOwners(Path file) {
        return file.getFileSystem().supportedFileAttributeViews().contains("posix");
    }
}
