import {
  ActionButton,
  Avatar,
  Badge,
  Header,
  Heading,
  Menu,
  MenuItem,
  MenuSection,
  MenuTrigger,
  Text,
} from '@react-spectrum/s2';
import { style } from '@react-spectrum/s2/style' with { type: 'macro' };
import { NavLink, Outlet, ScrollRestoration, useLocation, useNavigation } from 'react-router';

import { useApp, usePermissions } from '../app';
import { type Language, useTexts } from '../texts/texts';
import { type Theme, usePreferences } from './preferences';
import { withSandbox, useSandbox } from './sandbox';

/** What every page has around it: the product, who is signed in, and the way to the other pages. */
export function Shell() {
  const { t } = useTexts();
  const navigation = useNavigation();
  return (
    <div className={style({ minHeight: 'screen', display: 'flex', flexDirection: 'column', font: 'body' })}>
      <a href="#main" className={skipLink}>
        {t('skipToContent')}
      </a>
      <TopBar />
      <div
        className={style({
          display: 'flex',
          flexDirection: { default: 'column', lg: 'row' },
          flexGrow: 1,
        })}
      >
        <Navigation />
        <main
          id="main"
          tabIndex={-1}
          aria-busy={navigation.state === 'loading'}
          className={style({
            flexGrow: 1,
            minWidth: 0,
            paddingX: { default: 16, sm: 24, lg: 40 },
            paddingTop: { default: 16, lg: 32 },
            paddingBottom: 64,
            outlineStyle: 'none',
          })}
        >
          <div className={style({ maxWidth: 1280, marginX: 'auto' })}>
            <Outlet />
          </div>
        </main>
      </div>
      <ScrollRestoration />
    </div>
  );
}

const skipLink = style({
  position: 'absolute',
  top: { default: '[-100px]', ':focus': 8 },
  insetStart: 8,
  zIndex: 1,
  padding: 8,
  borderRadius: 'default',
  font: 'ui',
  color: 'white',
  backgroundColor: 'accent',
});

function TopBar() {
  const { t } = useTexts();
  return (
    <header
      className={style({
        display: 'flex',
        alignItems: 'center',
        justifyContent: 'space-between',
        gap: 16,
        height: 56,
        flexShrink: 0,
        paddingX: { default: 16, sm: 24 },
        borderWidth: 0,
        borderStyle: 'solid',
        borderBottomWidth: 1,
        borderColor: 'gray-200',
        backgroundColor: 'layer-1',
      })}
    >
      <div className={style({ display: 'flex', alignItems: 'center', gap: 12, minWidth: 0 })}>
        <Logo />
        <span className={style({ font: 'title', truncate: true })}>{t('product')}</span>
      </div>
      <UserMenu />
    </header>
  );
}

function Logo() {
  return (
    <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true" className={style({ flexShrink: 0 })}>
      <rect width="32" height="32" rx="8" fill="#3b63fb" />
      <path
        d="M8 11.500A2.500 2.500 0 0 1 10.500 9h11a2.500 2.500 0 0 1 2.500 2.500v6a2.500 2.500 0 0 1-2.500 2.500H16l-4.500 4v-4h-1A2.500 2.500 0 0 1 8 17.500Z"
        fill="#fff"
      />
      <path
        d="m13 14.500 2.200 2.200 4.300-4.200"
        fill="none"
        stroke="#3b63fb"
        strokeWidth="2"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}

function UserMenu() {
  const { session } = useApp();
  const { t } = useTexts();
  const { actor, organisation, role } = usePermissions();
  const { theme, setTheme, language, setLanguage } = usePreferences();
  return (
    <div className={style({ display: 'flex', alignItems: 'center', gap: 12, minWidth: 0 })}>
      {organisation && (
        <span
          title={organisation}
          className={style({
            display: { default: 'none', md: 'inline' },
            font: 'ui-sm',
            color: 'neutral-subdued',
            truncate: true,
            maxWidth: 320,
          })}
        >
          {organisation}
        </span>
      )}
      {role && (
        <Badge size="S" variant={role === 'manage' ? 'informative' : 'neutral'} fillStyle="subtle">
          {t(role === 'manage' ? 'role.manage' : 'role.view')}
        </Badge>
      )}
      <MenuTrigger>
        <ActionButton isQuiet aria-label={t('account.of', { name: actor })}>
          <Avatar alt="" src={initials(actor)} size={24} />
        </ActionButton>
        <Menu
          aria-label={t('account')}
          onAction={(key) => {
            if (key === 'sign-out') void session.signOut();
          }}
        >
          <MenuSection>
            <Header>
              <Heading>{actor}</Heading>
              {organisation && <Text slot="description">{organisation}</Text>}
            </Header>
            <MenuItem id="sign-out">{t('signOut')}</MenuItem>
          </MenuSection>
          <MenuSection
            selectionMode="single"
            disallowEmptySelection
            selectedKeys={[theme]}
            onSelectionChange={(chosen) => setTheme([...(chosen as Set<Theme>)][0] ?? 'system')}
          >
            <Header>
              <Heading>{t('theme')}</Heading>
            </Header>
            <MenuItem id="system">{t('theme.system')}</MenuItem>
            <MenuItem id="light">{t('theme.light')}</MenuItem>
            <MenuItem id="dark">{t('theme.dark')}</MenuItem>
          </MenuSection>
          <MenuSection
            selectionMode="single"
            disallowEmptySelection
            selectedKeys={[language]}
            onSelectionChange={(chosen) => setLanguage([...(chosen as Set<Language>)][0] ?? 'en')}
          >
            <Header>
              <Heading>{t('language')}</Heading>
            </Header>
            <MenuItem id="en">English</MenuItem>
            <MenuItem id="sv">Svenska</MenuItem>
          </MenuSection>
        </Menu>
      </MenuTrigger>
    </div>
  );
}

/** A picture of a name's first letter, since there are no photographs. */
function initials(name: string): string {
  const letter = (name.match(/[\p{L}\p{N}]/u)?.[0] ?? '?').toUpperCase();
  const picture = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><rect width="24" height="24" fill="#3b63fb"/><text x="12" y="16.500" font-family="sans-serif" font-size="12" font-weight="600" text-anchor="middle" fill="#fff">${letter}</text></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(picture)}`;
}

const navigationItem = style<{ isActive: boolean }>({
  display: 'block',
  paddingX: 12,
  paddingY: 8,
  borderRadius: 'default',
  font: 'ui',
  fontWeight: { default: 'normal', isActive: 'bold' },
  textDecoration: 'none',
  whiteSpace: 'nowrap',
  color: { default: 'neutral', ':hover': 'neutral' },
  backgroundColor: { default: 'transparent', ':hover': 'gray-100', isActive: 'gray-200' },
  outlineStyle: { default: 'none', ':focus-visible': 'solid' },
  outlineColor: 'focus-ring',
  outlineWidth: 2,
});

function Navigation() {
  const { t } = useTexts();
  const { pathname } = useLocation();
  const [sandbox] = useSandbox();
  const inWebhooks = pathname === '/' || pathname.startsWith('/webhooks');
  return (
    <nav
      aria-label={t('navigation')}
      className={style({
        width: { default: 'auto', lg: 240 },
        flexShrink: 0,
        boxSizing: 'border-box',
        paddingX: { default: 8, sm: 16 },
        paddingY: { default: 8, lg: 24 },
        borderWidth: 0,
        borderStyle: 'solid',
        borderBottomWidth: { default: 1, lg: 0 },
        borderEndWidth: { default: 0, lg: 1 },
        borderColor: 'gray-200',
        overflowX: 'auto',
      })}
    >
      <div
        className={style({
          display: { default: 'none', lg: 'block' },
          font: 'ui-sm',
          color: 'neutral-subdued',
          paddingX: 12,
          paddingBottom: 8,
        })}
      >
        {t('breadcrumb.administration')} / {t('breadcrumb.channels')}
      </div>
      <div className={style({ display: 'flex', flexDirection: { default: 'row', lg: 'column' }, gap: 4 })}>
        <NavLink to={withSandbox('/', sandbox)} className={navigationItem({ isActive: inWebhooks })}>
          {t('inventory.title')}
        </NavLink>
        <NavLink
          to={withSandbox('/campaigns', sandbox)}
          className={navigationItem({ isActive: pathname === '/campaigns' })}
        >
          {t('campaigns.title')}
        </NavLink>
      </div>
    </nav>
  );
}
