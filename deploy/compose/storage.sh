#!/bin/sh
# One S3 user with the keys of the secrets, and the bucket.
set -eu
mkdir -p /etc/seaweedfs
cat > /etc/seaweedfs/s3.json <<END
{"identities": [{"name": "mediakeep", "actions": ["Admin", "Read", "Write", "List"], "credentials": [{
  "accessKey": "$(cat /run/secrets/storage-access-key)", "secretKey": "$(cat /run/secrets/storage-secret-key)"}]}]}
END
(until echo "s3.bucket.create -name media" | weed shell 2>/dev/null; do sleep 2; done) &
exec weed server -dir=/data -s3 -s3.config=/etc/seaweedfs/s3.json
