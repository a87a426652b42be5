package io.mediakeep.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.mediakeep.it.Media;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import org.assertj.core.api.SoftAssertions;
import org.awaitility.Awaitility;
import software.amazon.awssdk.services.s3.model.S3Object;

/** What must hold once all is quiet, whatever broke before: nothing lost, nothing twice, nobody reached who must not be. */
final class Oracle {
    private Oracle() {}

    static void check(World world, Load load) {
        LedgerView ledger = world.ledger();
        SoftAssertions all = new SoftAssertions();
        for (Load.Callback callback : load.acknowledged()) {
            if (callback.signed()) {
                all.assertThat(ledger.rows(
                                "SELECT state FROM callback WHERE provider = 'kling' AND callback_key = ?",
                                callback.id()))
                        .as("callback %s", callback.id())
                        .containsExactly("done");
            }
        }
        List<Load.Output> promised = load.promised();
        assertThat(promised).as("a load without promises shows nothing").isNotEmpty();
        for (Load.Output output : promised) {
            check(world, ledger, output, all);
        }
        all.assertThat(world.canary.connections())
                .as("connections to the canary")
                .isZero();
        all.assertAll();
        Awaitility.await("no multipart upload is open")
                .atMost(Settle.PATIENCE)
                .pollInterval(Duration.ofMillis(500))
                .until(() -> isSwept(world));
        load.unlist();
    }

    /** Uploads that the ledger knows are gone by now; others are swept when they are old enough. */
    private static boolean isSwept(World world) {
        if (world.s3.listMultipartUploads(b -> b.bucket(World.BUCKET)).uploads().isEmpty()) {
            return true;
        }
        world.advance(Node.UPLOAD_LIFE);
        return false;
    }

    private static void check(World world, LedgerView ledger, Load.Output output, SoftAssertions all) {
        String what = output.provider() + " task " + output.taskId();
        all.assertThat(ledger.rows(
                        "SELECT status FROM task WHERE provider = ? AND task_id = ?",
                        output.provider(),
                        output.taskId()))
                .as(what)
                .containsExactly("succeeded");
        List<String> media = ledger.rows(
                "SELECT state, sha256, object_key FROM media WHERE provider = ? AND task_id = ?",
                output.provider(),
                output.taskId());
        List<String> letters = ledger.rows(
                "SELECT reason FROM dead_letter WHERE provider = ? AND task_id = ? AND state = 'open'",
                output.provider(),
                output.taskId());
        String prefix = output.provider() + "/" + output.taskId() + "/";
        TreeSet<String> keys = new TreeSet<>();
        world.s3.listObjectsV2Paginator(b -> b.bucket(World.BUCKET).prefix(prefix)).contents().stream()
                .map(S3Object::key)
                .forEach(keys::add);
        if (!output.storable()) {
            // A host that a list of ours names waits for somebody to accept it; one that only a callback names does
            // not.
            boolean dead = media.stream().allMatch(row -> row.startsWith("dead "));
            all.assertThat(media).as(what).hasSize(1).allMatch(row -> dead || row.startsWith("due "));
            all.assertThat(letters)
                    .as("dead letters of " + what)
                    .hasSize(dead ? 1 : 0)
                    .allMatch(r -> r.startsWith("url_"));
            all.assertThat(keys).as("objects of " + what).containsExactly(prefix + "task.json");
            return;
        }
        all.assertThat(media).as(what).containsExactly("stored " + output.sha256() + " " + output.objectKey());
        all.assertThat(letters).as("dead letters of " + what).isEmpty();
        all.assertThat(keys)
                .as("objects of " + what)
                .containsExactlyInAnyOrder(output.objectKey(), prefix + "task.json");
        if (keys.contains(output.objectKey())) {
            byte[] bytes = world.s3
                    .getObjectAsBytes(b -> b.bucket(World.BUCKET).key(output.objectKey()))
                    .asByteArray();
            all.assertThat(Media.sha256(bytes)).as("bytes of " + what).isEqualTo(output.sha256());
        }
    }
}
