import { useQuery } from "@tanstack/react-query";
import { type ComponentProps } from "react";
import { Button } from "@/components/Button";
import { useCopy } from "@/components/CopyContext";
import { Code } from "@/components/Fact";
import { useMac } from "@/components/MacContext";
import { ErrorNotice } from "@/components/ProblemNotice";
import { SegmentedControl } from "@/components/SegmentedControl";
import { Skeleton } from "@/components/Skeleton";
import { Switch } from "@/components/Switch";
import { type ShortcutId } from "@/components/shortcutTable";
import { Toolbar } from "@/components/Toolbar";
import { useKeysOf } from "@/components/useKeysOf";
import { useAnsweredFirst } from "@/host/useAnsweredFirst";
import { type Contrast, type Density, type Preferences, type Redirect, type Theme } from "@/host/bindings";
import { useChangePreferences } from "@/host/preferences";
import { queries } from "@/host/queries";
import { showKeys } from "@/lib/keys";
import { optionsOf } from "@/lib/options";
import { BackgroundSettings } from "./BackgroundSettings";
import { HistorySettings } from "./HistorySettings";
import { ProgramSettings } from "./ProgramSettings";
import styles from "./Settings.module.css";
import { Section, Setting } from "./Section";
import { Updates } from "./Updates";
import { VaultSettings } from "./VaultSettings";

type Props = { onOpenKeys: () => void };

export function SettingsPage({ onOpenKeys }: Props) {
  const looks = useQuery(queries.preferences());
  const { data: preferences, error, refetch } = looks;
  const settled = useAnsweredFirst([
    looks,
    useQuery(queries.backgroundChecks()),
    useQuery(queries.history()),
    useQuery(queries.vault()),
    useQuery(queries.allowedPrograms()),
  ]);
  const change = useChangePreferences({ showsError: true });
  const problem = error ?? change.error;
  return (
    <>
      <Toolbar title="Settings" />
      <div className={styles.page}>
        <ErrorNotice error={problem} onRetry={error ? () => void refetch() : undefined} />
        {!preferences && !error && <Skeleton label="Loading settings" rows={4} oneLine />}
        {preferences && (
          <AppearanceSettings
            preferences={preferences}
            onChange={(changes) => change.mutate(changes)}
            onOpenKeys={onOpenKeys}
          />
        )}
        {settled >= 1 && <BackgroundSettings />}
        {settled >= 2 && <HistorySettings />}
        {settled >= 3 && <VaultSettings />}
        {settled >= 4 && <ProgramSettings />}
        {settled >= 5 && <AboutPatchbay />}
      </div>
    </>
  );
}

type AppearanceProps = { preferences: Preferences; onChange: (changes: Preferences) => void; onOpenKeys: () => void };

const zooms = ["80", "90", "100", "110", "125", "150", "175", "200"] as const;

function AppearanceSettings({ preferences, onChange, onOpenKeys }: AppearanceProps) {
  const mac = useMac();
  const keysOf = useKeysOf();
  const shortcuts: ShortcutId[] = ["connectors.add", "connectors.connect", "connectors.check"];
  const [add, connect, check] = shortcuts.map((shortcut) => showKeys(keysOf(shortcut), mac));
  return (
    <>
      <Section title="Appearance">
        <Choice<Theme>
          label="Theme"
          segments={optionsOf({ system: "System", light: "Light", dark: "Dark" })}
          value={preferences.theme ?? "system"}
          onChange={(theme) => onChange({ theme })}
        />
        <Choice<Contrast>
          label="Contrast"
          segments={optionsOf({ system: "System", more: "More" })}
          value={preferences.contrast ?? "system"}
          onChange={(contrast) => onChange({ contrast })}
        />
        <Choice<Density>
          label="Row height"
          segments={optionsOf({ comfortable: "Comfortable", compact: "Compact" })}
          value={preferences.density ?? "comfortable"}
          onChange={(density) => onChange({ density })}
        />
        <Choice
          label="Text size"
          segments={zooms.map((value) => ({ value, label: `${value} %` }))}
          value={zooms.find((value) => Number(value) === preferences.zoomPercent) ?? "100"}
          onChange={(zoom) => onChange({ zoomPercent: Number(zoom) })}
        />
      </Section>
      <Section title="Sign-in">
        <Choice<Redirect>
          label="Return from platforms"
          segments={optionsOf({ loopback: "Local port", deep_link: "patchbay:// link" })}
          value={preferences.hostedRedirect ?? "loopback"}
          onChange={(hostedRedirect) => onChange({ hostedRedirect })}
        />
        <p className="text3 small">
          How the browser returns after you sign in on a platform&apos;s page. Use the link if a firewall blocks local
          ports.
        </p>
      </Section>
      <Section title="Keys">
        <Switch
          isSelected={preferences.singleLetterKeys ?? true}
          onChange={(singleLetterKeys) => onChange({ singleLetterKeys })}
          help={`${add} adds, ${connect} connects, ${check} checks. ${mac ? "⌘" : "Ctrl"} shortcuts always work.`}
        >
          Single-key shortcuts
        </Switch>
        <div>
          <Button icon="keyboard" onPress={onOpenKeys}>
            Keyboard shortcuts
          </Button>
        </div>
      </Section>
    </>
  );
}

/** A setting with few values, all shown. */
function Choice<T extends string>(props: ComponentProps<typeof SegmentedControl<T>>) {
  return (
    <Setting name={props.label}>
      <SegmentedControl {...props} />
    </Setting>
  );
}

function AboutPatchbay() {
  const { data: about, error, refetch } = useQuery(queries.about());
  const copy = useCopy();
  return (
    <Section title="About">
      <ErrorNotice error={error} onRetry={() => void refetch()} />
      {about && (
        <>
          <Setting name="Version">
            <span data-selectable>{about.version}</span>
          </Setting>
          <Setting name="Data">
            <Code>{about.dataFolder}</Code>
            <Button small icon="copy" onPress={() => copy(about.dataFolder, "Folder")}>
              Copy
            </Button>
          </Setting>
          {about.updates && <Updates />}
          <p className="text3 small">
            Holds your connectors, runs and encrypted vault. Patchbay contacts only your connectors, platforms and their
            sign-in servers
            {about.updates && ", and checks for a newer version once a day and when you ask"}.
          </p>
        </>
      )}
    </Section>
  );
}
