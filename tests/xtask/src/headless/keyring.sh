# Holds an unlocked keyring for as long as this shell, or what it becomes, runs. GNOME Keyring was seen to crash after
# an hour of journeys; another takes over then, and the log says so.
unlocked() {
    gdbus call --session --dest org.freedesktop.secrets --method org.freedesktop.DBus.Properties.Get \
        --object-path /org/freedesktop/secrets/collection/login \
        org.freedesktop.Secret.Collection Locked 2>/dev/null | grep -q false
}

while kill -0 $$ 2>/dev/null; do
    printf %s patchbay | gnome-keyring-daemon --foreground --unlock --components=secrets >/dev/null 2>&1
    kill -0 $$ 2>/dev/null && echo 'the keyring of this session ended; another one starts' >&2
    sleep 0.2
done </dev/null >/dev/null &

tries=0
until unlocked; do
    tries=$((tries + 1))
    [ $tries -lt 400 ] || { echo 'no keyring answers in this session' >&2; exit 1; }
    sleep 0.05
done
